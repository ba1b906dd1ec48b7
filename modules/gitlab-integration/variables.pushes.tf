# Which pushes count, and whose they are.

variable "allowed_repositories" {
  description = "The repositories that pushes are taken from, as patterns of their paths: `shops/acme`, or `shops/*` for a group. `*` stands for any text, slashes included. All others are answered 403."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.allowed_repositories) >= 1
    error_message = "Without an allowed repository no push would ever be taken: name a group at least, such as \"shops/*\"."
  }

  validation {
    condition     = alltrue([for pattern in var.allowed_repositories : can(regex("^[A-Za-z0-9_.*][A-Za-z0-9_./*-]*$", pattern))])
    error_message = "An allowed repository must be a path in GitLab without its host, such as shops/acme, in which * stands for any text."
  }
}

variable "repositories" {
  description = "Repositories whose tenant no rule tells, by their path: `{ \"shops/acme\" = { tenant = \"acme\", kind = \"software\" } }`. The kind is `software` (a release, deployed by CodeDeploy) or `infrastructure` (the scripts of an image)."
  type        = map(object({ tenant = string, kind = string }))
  default     = null

  validation {
    condition     = length(coalesce(var.repositories, {})) > 0 || var.naming_rule != null
    error_message = "Which tenant a repository belongs to must be told: by naming_rule, by repositories, or by both."
  }

  validation {
    condition = var.repositories == null ? true : alltrue([
      for repository in values(var.repositories) : contains(["software", "infrastructure"], repository.kind)
    ])
    error_message = "The kind of a repository must be software or infrastructure."
  }

  validation {
    condition = var.repositories == null ? true : alltrue([
      for repository in values(var.repositories) :
      length(repository.tenant) <= 32 && can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", repository.tenant))
    ])
    error_message = "A repository's tenant must be the name of one: 1 to 32 lower-case letters, digits and single hyphens, a letter first."
  }

  validation {
    condition = var.repositories == null ? true : alltrue([
      for path in keys(var.repositories) : anytrue([
        for pattern in var.allowed_repositories : can(regex("^${replace(replace(pattern, ".", "\\."), "*", ".*")}$", path))
      ])
    ])
    error_message = "Every one of repositories must be among allowed_repositories, or its pushes are answered 403."
  }
}

variable "naming_rule" {
  description = "Regular expression over a repository's whole path, with the groups `tenant` and `kind`: `shops/(?P<tenant>[a-z0-9-]+)-(?P<kind>[a-z]+)`. With it a new tenant needs no apply. What stands in `repositories` goes first. No look-around, no back-references."
  type        = string
  default     = null

  validation {
    condition     = var.naming_rule == null ? true : can(regexall(var.naming_rule, ""))
    error_message = "The naming rule must be a regular expression, without look-around and back-references."
  }

  validation {
    condition = var.naming_rule == null ? true : alltrue([
      for group in ["tenant", "kind"] : strcontains(var.naming_rule, "(?P<${group}>")
    ])
    error_message = "The naming rule must have the groups (?P<tenant>…) and (?P<kind>…)."
  }
}

variable "branches" {
  description = "Which environment a branch goes to, by the branch, 20 environments at most. They needn't exist. Left out: `dev` to `dev`, `staging` to `staging`, `master` to `production`."
  type        = map(string)
  default     = null

  validation {
    condition     = var.branches == null ? true : length(var.branches) >= 1 && length(distinct(values(var.branches))) <= 20
    error_message = "Branches must go to 1 to 20 environments: without one no push would ever start a build."
  }

  validation {
    condition = var.branches == null ? true : alltrue([
      for environment in values(var.branches) :
      length(environment) <= 16 && can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", environment))
    ])
    error_message = "A branch must go to an environment by its name: 1 to 16 lower-case letters, digits and single hyphens."
  }
}
