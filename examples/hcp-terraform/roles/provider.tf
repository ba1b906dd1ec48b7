provider "paas" {
  region = var.region
}

provider "aws" {
  region = var.region
}
