#!/bin/bash
# Runs first, as root, on Amazon Linux 2023: the system up to date, and a web server.
set -eu

dnf --assumeyes upgrade --releasever=latest
dnf --assumeyes install nginx
