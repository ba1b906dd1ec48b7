#!/bin/bash
# Ends what bakes have left behind: instances, the volumes and key pairs that were made for them.
#
#   sweep.sh          what builds have left that run no longer (they were stopped, or ran out of time)
#   sweep.sh BUILD    what this build has left, whether it runs or not
#
# Everything of a bake carries the tags paas:owner and paas:build. What doesn't say whose it is stays.
set -eu -o pipefail
: "${IMAGE_OWNER:?}"
export AWS_PAGER=''

only="${1:-}"
owned="Name=tag:paas:owner,Values=$IMAGE_OWNER"
build_tag='Tags[?Key==`paas:build`] | [0].Value'

# Whether what carries the build's id is to go. What can't be told is left alone: the instance ends itself in time.
is_left() {
  local build="$1" status
  if [ -n "$only" ]; then
    [ "$build" = "$only" ]
    return
  fi
  if [ "$build" = None ] || [ "$build" = "${CODEBUILD_BUILD_ID:-}" ]; then
    return 1
  fi
  status="$(aws codebuild batch-get-builds --ids "$build" --query 'builds[0].buildStatus' --output text)" || return 1
  [ "$status" != IN_PROGRESS ]
}

# Lines of an id and the build that made it.
instances() {
  aws ec2 describe-instances --output text \
    --filters "$owned" Name=instance-state-name,Values=pending,running,stopping,stopped \
    --query "Reservations[].Instances[].[InstanceId, $build_tag]"
}

volumes() {
  aws ec2 describe-volumes --output text \
    --filters "$owned" Name=status,Values=available \
    --query "Volumes[].[VolumeId, $build_tag]"
}

key_pairs() {
  aws ec2 describe-key-pairs --output text \
    --filters "$owned" \
    --query "KeyPairs[].[KeyName, $build_tag]"
}

failed=0

# each LIST WHAT COMMAND…: runs the command, with the id at its end, for what is left of the list.
each() {
  local list="$1" what="$2" found id build
  shift 2
  found="$("$list")"
  while read -r id build <&3; do
    if [ -n "$id" ] && is_left "$build"; then
      echo "Left by build $build: $what $id, which ends now."
      "$@" "$id" > /dev/null || failed=1
    fi
  done 3<<< "$found"
}

each instances instance aws ec2 terminate-instances --instance-ids
each volumes volume aws ec2 delete-volume --volume-id
each key_pairs 'key pair' aws ec2 delete-key-pair --key-name
exit "$failed"
