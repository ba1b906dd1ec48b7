# Written beside the template where Packer installs its plugins itself (`packer init`, 1.7 and newer).
packer {
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = "= @@plugin_version@@"
    }
  }
}
