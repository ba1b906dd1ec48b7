# Once per account: if it is there already, import it.
resource "aws_iam_openid_connect_provider" "hcp_terraform" {
  url            = "https://${local.issuer}"
  client_id_list = [local.audience]
}

resource "aws_iam_role" "phase" {
  for_each = local.subjects

  name                 = "hcp-terraform-${var.workspace}-${each.key}"
  permissions_boundary = var.permissions_boundary

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Phase"
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = aws_iam_openid_connect_provider.hcp_terraform.arn }
      Condition = {
        StringEquals = {
          "${local.issuer}:aud" = local.audience
          "${local.issuer}:sub" = each.value
        }
      }
    }]
  })
}

resource "aws_iam_policy" "least" {
  for_each = local.documents

  name   = "hcp-terraform-${var.workspace}-${each.key}"
  policy = each.value.document
}

resource "aws_iam_role_policy_attachment" "least" {
  for_each = local.documents

  role       = aws_iam_role.phase[each.value.phase].name
  policy_arn = aws_iam_policy.least[each.key].arn
}
