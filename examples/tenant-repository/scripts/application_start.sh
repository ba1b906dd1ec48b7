#!/bin/sh
# ApplicationStart: starts the service, now and at every boot.
set -eu

systemctl daemon-reload
systemctl enable application.service
systemctl restart application.service
