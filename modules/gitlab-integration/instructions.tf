# What GitLab has to be told, written out.

locals {
  # What may stand in a branch's name and means something in a regular expression, which is RE2 there and here.
  escaped_branches = [for branch in keys(paas_gitlab_webhook.this.branches) : replace(branch, "/([.+()|$${}\\]])/", "\\$1")]
  # GitLab takes answers of 4xx for failures, and stops sending after four of them: branches of nobody aren't sent at all.
  branch_filter = "^(${join("|", local.escaped_branches)})$"

  show_secret = {
    for field, arn in {
      secret_token  = paas_gitlab_webhook.this.token_secret_arn
      signing_token = paas_gitlab_webhook.this.signing_token_secret_arn
    } :
    field => arn == null ? null : "aws secretsmanager get-secret-value --region ${split(":", arn)[3]} --secret-id ${arn} --query SecretString --output text"
  }

  # None of a webhook that is half-made: what it lacks is null.
  instructions = try(join("\n", concat(
    [
      "In GitLab, in the settings of the group, or of each repository: Webhooks, Add new webhook.",
      "",
      "URL               ${paas_gitlab_webhook.this.url}",
      "Secret token      what this command shows:",
      "                  ${local.show_secret.secret_token}",
    ],
    local.show_secret.signing_token == null ? [] : [
      "Signing token     what this command shows:",
      "                  ${local.show_secret.signing_token}",
    ],
    [
      "Trigger           Push events, Regular expression: ${local.branch_filter}",
      "SSL verification  Enable SSL verification",
      "",
    ],
  )), null)
}
