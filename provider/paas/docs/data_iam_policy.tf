# What a pull request is planned with: reads alone.
data "paas_iam_policy" "plan" {
  access = "plan"
}

# What a tenant's team applies with: nothing of the environment's is in it.
data "paas_iam_policy" "tenant" {
  access    = "apply"
  resources = ["paas_tenant", "paas_database"]
}

# One managed policy for each document, with hashicorp/aws:
#
#   resource "aws_iam_policy" "tenant" {
#     count  = length(data.paas_iam_policy.tenant.documents)
#     name   = "terraform-tenant-${count.index + 1}"
#     policy = data.paas_iam_policy.tenant.documents[count.index]
#   }
#
#   resource "aws_iam_role_policy_attachment" "tenant" {
#     count      = length(aws_iam_policy.tenant)
#     role       = aws_iam_role.terraform.name
#     policy_arn = aws_iam_policy.tenant[count.index].arn
#   }
output "tenant" {
  value = data.paas_iam_policy.tenant.documents
}
