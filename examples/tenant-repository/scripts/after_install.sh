#!/bin/sh
# AfterInstall: tells the application where it runs.
#
# CodeDeploy's application is called <project>_<environment>_<tenant>, and none of the three has an underscore: so its
# name leads to everything that is the tenant's.
set -eu

tenant=$(echo "$APPLICATION_NAME" | tr _ /)
region=$(cloud-init query region)

# No secrets here: the application reads them when it needs them.
cat >/etc/application.env <<END
PORT=8080
RELEASE=$DEPLOYMENT_ID
AWS_DEFAULT_REGION=$region
DATABASE_PARAMETER=/paas/$tenant/database
END
chmod 644 /etc/application.env
