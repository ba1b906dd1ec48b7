# The machine image of one tenant: a base image, CodeDeploy's agent, and what preInstall.sh and install.sh of the
# tenant's repository make of it.
#
# It needs neither SSH from outside nor a public address: Packer reaches the instance through Session Manager. It needs
# no copy for its encryption either: the instance's own volume is encrypted, and so is what AWS makes of it.
#
# Lines that end in "# since 1.7" are left out for an older Packer. The values come from PKR_VAR_… of the build project.

variable "region" {
  type        = string
  description = "The region in which the image is baked and used."
}

variable "image_name" {
  type        = string
  description = "The name of the image, and until then of the instance and its temporary key pair."
}

variable "owner" {
  type        = string
  description = "The tag paas:owner: what retention, roles and the provider know these images by."
}

variable "build" {
  type        = string
  description = "CodeBuild's id of this build, project:uuid. It tells whose the instance is if the build doesn't end it."
}

variable "source" {
  type        = string
  default     = ""
  description = "What the image is made from: the version of the source object, or sha256:… of local scripts."
}

variable "triggers" {
  type        = string
  default     = ""
  description = "A digest of what else asked for this image."
}

variable "commit" {
  type        = string
  default     = ""
  description = "The commit that the scripts were taken from, where known."
}

variable "scripts" {
  type        = string
  description = "The folder of the tenant's repository on the machine where Packer runs."
}

variable "tags" {
  type        = map(string)
  default     = {}
  description = "More tags for everything that comes into being here."
}

variable "kms_key_id" {
  type        = string
  description = "ARN of the environment's key. The instance's volume is encrypted with it, and so the image."
}

variable "subnet_id" {
  type        = string
  description = "A subnet with a way out to the internet."
}

variable "security_group_id" {
  type        = string
  description = "A security group that lets everything out. Nothing needs to come in."
}

variable "iam_instance_profile" {
  type        = string
  description = "An instance profile whose role lets Session Manager in."
}

variable "instance_type" {
  type        = string
  default     = "t3.small"
  description = "The instance on which the scripts run."
}

variable "volume_size" {
  type        = number
  default     = 16
  description = "Size of the root volume, GiB."
}

variable "volume_type" {
  type        = string
  default     = "gp3"
  description = "Type of the root volume."
}

variable "device_name" {
  type        = string
  default     = "/dev/xvda"
  description = "The base image's root device."
}

variable "source_ami" {
  type        = string
  default     = ""
  description = "The base image's id. Left empty, the newest image of the name and owner below."
}

variable "source_ami_name" {
  type        = string
  default     = "al2023-ami-2023.*-x86_64"
  description = "The base image's name, with wildcards."
}

variable "source_ami_owner" {
  type        = string
  default     = "amazon"
  description = "The base image's owner: an account, or amazon."
}

variable "ssh_username" {
  type        = string
  default     = "ec2-user"
  description = "The base image's user, who may use sudo."
}

variable "install_codedeploy_agent" {
  type        = bool
  default     = true
  description = "Whether the image gets CodeDeploy's agent. It knows Amazon Linux and Ubuntu."
}

variable "timeout_minutes" {
  type        = number
  default     = 60
  description = "After this long the instance ends itself, whatever has become of the build."
}

variable "communicator" {
  type        = string
  default     = "ssh"
  description = "ssh, or none: then nothing reaches the instance, and no script runs."
}

variable "endpoint" {
  type        = string
  default     = ""
  description = "Another endpoint of EC2's API than AWS's own."
}

locals {
  tags = merge(var.tags, {
    "Name"            = var.image_name
    "paas:owner"      = var.owner
    "paas:source"     = var.source
    "paas:triggers"   = var.triggers
    "paas:commit"     = var.commit
    "paas:build"      = var.build
    "paas:base-image" = "{{ .SourceAMI }}"
  })
}

source "amazon-ebs" "image" {
  region              = var.region
  custom_endpoint_ec2 = var.endpoint
  ami_name            = var.image_name
  imds_support        = "v2.0" # since 1.7

  source_ami = var.source_ami
  dynamic "source_ami_filter" {
    for_each = var.source_ami == "" ? [var.source_ami_name] : []
    content {
      owners      = [var.source_ami_owner]
      most_recent = true
      filters = {
        name                = source_ami_filter.value
        state               = "available"
        root-device-type    = "ebs"
        virtualization-type = "hvm"
      }
    }
  }

  instance_type               = var.instance_type
  subnet_id                   = var.subnet_id
  security_group_id           = var.security_group_id
  associate_public_ip_address = false
  iam_instance_profile        = var.iam_instance_profile
  skip_profile_validation     = true

  launch_block_device_mappings {
    device_name           = var.device_name
    volume_size           = var.volume_size
    volume_type           = var.volume_type
    iops                  = var.volume_type == "gp3" ? 3000 : null
    throughput            = var.volume_type == "gp3" ? 125 : null
    encrypted             = true
    kms_key_id            = var.kms_key_id
    delete_on_termination = true
  }

  metadata_options {                         # since 1.7
    http_endpoint               = "enabled"  # since 1.7
    http_tokens                 = "required" # since 1.7
    http_put_response_hop_limit = 1          # since 1.7
  }                                          # since 1.7

  # The instance ends itself if nobody is left who would.
  shutdown_behavior = "terminate"
  user_data         = "#!/bin/sh\nshutdown -P +${var.timeout_minutes}\n"

  communicator              = var.communicator
  ssh_username              = var.ssh_username
  ssh_interface             = var.communicator == "none" ? "" : "session_manager"
  ssh_timeout               = "10m"
  ssh_clear_authorized_keys = true
  temporary_key_pair_name   = var.image_name

  # Those of the run come with the call that makes the object: no moment passes in which nobody knows whose it is.
  run_tags        = local.tags
  run_volume_tags = local.tags
  tags            = local.tags
  snapshot_tags   = local.tags
}

build {
  # Without a communicator there can be no provisioners. bake.yml leaves one of the two out.
  source "amazon-ebs.image" {
    name = "scripted"
  }
  source "amazon-ebs.image" {
    name = "bare"
  }

  # The base image sets itself up at its first start, and would disturb the scripts.
  provisioner "shell" {
    only = ["amazon-ebs.scripted"]
    inline = [
      "cloud-init status --wait > /dev/null || true",
      "mkdir -m 700 /var/tmp/paas-bake",
    ]
  }

  provisioner "file" {
    only        = ["amazon-ebs.scripted"]
    source      = "${var.scripts}/"
    destination = "/var/tmp/paas-bake"
  }

  provisioner "shell" {
    only             = ["amazon-ebs.scripted"]
    execute_command  = "sudo env {{ .Vars }} bash -e {{ .Path }}"
    environment_vars = ["INSTALL=${var.install_codedeploy_agent}", "REGION=${var.region}"]
    inline = [<<-EOT
      if [ "$INSTALL" != true ] || [ -e /opt/codedeploy-agent/bin/codedeploy-agent ]; then
        exit 0
      fi
      . /etc/os-release
      case "$ID" in
        amzn) yum install --assumeyes ruby ;;
        ubuntu) apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes ruby-full ;;
        *)
          echo "CodeDeploy's agent is installed on Amazon Linux and Ubuntu, not on $ID: install it in install.sh" >&2
          echo "and set install_codedeploy_agent = false." >&2
          exit 1
          ;;
      esac
      case "$REGION" in
        cn-*) domain=amazonaws.com.cn ;;
        *) domain=amazonaws.com ;;
      esac
      folder=$(mktemp --directory)
      cd "$folder"
      curl --fail --silent --show-error --location --retry 3 --proto '=https' --remote-name \
        "https://aws-codedeploy-$REGION.s3.$REGION.$domain/latest/install"
      ruby ./install auto
      systemctl enable codedeploy-agent
      systemctl stop codedeploy-agent
      cd /
      rm -r "$folder"
    EOT
    ]
  }

  provisioner "shell" {
    only            = ["amazon-ebs.scripted"]
    execute_command = "sudo env {{ .Vars }} bash -e {{ .Path }}"
    environment_vars = [
      "AWS_REGION=${var.region}",
      "AWS_DEFAULT_REGION=${var.region}",
      "PAAS_SOURCE=${var.source}",
      "PAAS_COMMIT=${var.commit}",
    ]
    # One stream, so that what a script says of its failure stands at the end.
    inline = [<<-EOT
      exec 2>&1
      cd /var/tmp/paas-bake
      for script in preInstall.sh install.sh; do
        if [ -f "$script" ]; then
          echo "$script begins"
          bash -e "./$script" || { status=$?; echo "$script failed with exit status $status"; exit "$status"; }
        fi
      done
    EOT
    ]
  }

  # What must not be the same on every instance of the image: who it is, who may enter, what it has logged.
  provisioner "shell" {
    only            = ["amazon-ebs.scripted"]
    execute_command = "sudo env {{ .Vars }} bash -e {{ .Path }}"
    inline = [<<-EOT
      cd /
      rm -rf /var/tmp/paas-bake /opt/codedeploy-agent/deployment-root /root/.bash_history /home/*/.bash_history
      rm -f /etc/ssh/ssh_host_*
      cloud-init clean --logs
      find /var/log -type f -exec truncate --size 0 {} +
      truncate --size 0 /etc/machine-id
      sync
    EOT
    ]
  }

  # Where bake.yml finds the image's id.
  post-processor "manifest" {
    output = "manifest.json"
  }
}
