output "workspace_variables" {
  description = "Environment variables that the workspace must have."
  value = {
    TFC_AWS_PROVIDER_AUTH  = "true"
    TFC_AWS_PLAN_ROLE_ARN  = aws_iam_role.phase["plan"].arn
    TFC_AWS_APPLY_ROLE_ARN = aws_iam_role.phase["apply"].arn
  }
}
