#!/bin/bash
# Keeps the tenant's newest images, and every older one that something may yet be launched from. Removes the rest, each
# with its snapshots.
#
# An older image stays while one of these refers to it: an instance, whatever its state short of terminated; any version
# of the tenant's own launch templates (the slot that a release could go back to is one); the newest and the default
# version of all others.
set -eu -o pipefail
# Within $(…), too: a look that fails in part must not pass for one that has found nothing.
shopt -s inherit_errexit
: "${IMAGE_OWNER:?}" "${TENANT_OWNER:?}" "${KEEP_IMAGES:?}"
export AWS_PAGER=''

owned="Name=tag:paas:owner,Values=$IMAGE_OWNER"
snapshots_of='join(`,`, BlockDeviceMappings[?Ebs.SnapshotId].Ebs.SnapshotId)'
image_of='LaunchTemplateVersions[].[LaunchTemplateData.ImageId]'

# Snapshots before images: what is being baked meanwhile isn't among the first, or is among the second.
snapshots="$(aws ec2 describe-snapshots --output text --owner-ids self \
  --filters "$owned" Name=status,Values=completed,error --query 'Snapshots[].[SnapshotId, Description]')"
images="$(aws ec2 describe-images --output text --owners self \
  --filters "$owned" --query "Images[].[CreationDate, ImageId, State, $snapshots_of]")"

# Newest first. Images that never came about count for nothing, and go.
available="$(awk '$3 == "available"' <<< "$images" | sort --reverse | awk '{ print $2 }')"
broken="$(awk '$3 == "failed" || $3 == "invalid" || $3 == "error" { print $2 }' <<< "$images")"
# A filter takes 200 values at most. What is left over goes with the next bakes.
old="$(tail --lines "+$((KEEP_IMAGES + 1))" <<< "$available" | tail --lines 150)"

# The images that something refers to, out of the old ones, one a line.
used_by_instances() {
  aws ec2 describe-instances --output text \
    --filters "Name=image-id,Values=$(paste --serial --delimiters , <<< "$old")" \
    Name=instance-state-name,Values=pending,running,shutting-down,stopping,stopped \
    --query 'Reservations[].Instances[].[ImageId]'
}

used_by_templates() {
  local templates template
  aws ec2 describe-launch-template-versions --output text \
    --versions '$Latest' '$Default' --query "$image_of"
  templates="$(aws ec2 describe-launch-templates --output text \
    --filters "Name=tag:paas:owner,Values=$TENANT_OWNER" --query 'LaunchTemplates[].[LaunchTemplateId]')"
  for template in $templates; do
    aws ec2 describe-launch-template-versions --output text \
      --launch-template-id "$template" --query "$image_of"
  done
}

failed=0

# Image first: a snapshot can't go before it.
remove() {
  local image="$1" snapshot
  aws ec2 deregister-image --image-id "$image" > /dev/null || return 1
  for snapshot in $(awk -v image="$image" '$2 == image { gsub(",", " ", $4); print $4 }' <<< "$images"); do
    aws ec2 delete-snapshot --snapshot-id "$snapshot" || return 1
  done
}

used=''
if [ -n "$old" ]; then
  by_instances="$(used_by_instances)"
  by_templates="$(used_by_templates)"
  used="$by_instances
$by_templates"
fi
for image in $broken $old; do
  if grep --quiet --line-regexp --fixed-strings "$image" <<< "$used"; then
    echo "Image $image is older than the newest $KEEP_IMAGES and in use: it stays."
  else
    echo "Image $image goes, with its snapshots."
    remove "$image" || failed=1
  fi
done

# Snapshots whose image went before they did: a removal broke off between the two.
while read -r snapshot description; do
  image="$(grep --only-matching 'for ami-[0-9a-f]*' <<< "$description" || true)"
  if [ -n "$image" ] && ! grep --quiet --fixed-strings "${image#for }" <<< "$images"; then
    echo "Snapshot $snapshot is of an image that is gone: it goes too."
    aws ec2 delete-snapshot --snapshot-id "$snapshot" || failed=1
  fi
done <<< "$snapshots"
exit "$failed"
