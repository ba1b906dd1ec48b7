# What a run may do, and which run may do it. Nothing here needs hashicorp/aws.

locals {
  phases = ["plan", "apply"]

  issuer   = "app.terraform.io"
  audience = "aws.workload.identity"

  # HCP Terraform signs a token for each phase of each run. Its subject says whose it is; only this workspace's plans may
  # become the role that plans, and only its applies the one that applies.
  subjects = {
    for phase in local.phases :
    phase => "organization:${var.organization}:project:${var.project}:workspace:${var.workspace}:run_phase:${phase}"
  }

  # One policy per document: IAM takes 6,144 characters for each.
  documents = merge([
    for phase, policy in data.paas_iam_policy.least : {
      for index, document in policy.documents : "${phase}-${index + 1}" => { phase = phase, document = document }
    }
  ]...)
}

# The least that the provider needs: a plan changes nothing.
data "paas_iam_policy" "least" {
  for_each = toset(local.phases)

  access    = each.key
  resources = var.resources
}
