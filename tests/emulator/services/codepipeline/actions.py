"""What the kinds of action do."""

import uuid
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import S3Backend, s3_backends

from emulator import services
from emulator.patching import AwsError
from emulator.services.codepipeline import code_build, commands, structure
from emulator.services.codepipeline.executions import (
    ActionFailed,
    ActionRun,
    Artifact,
    Execution,
    artifact_key,
    fail,
    succeed,
)


def perform(execution: Execution, run: ActionRun) -> None:
    """Do the work of an action; ActionFailed where it can't be done. Some end later, by themselves."""
    kind = run.action["actionTypeId"]
    PERFORM[kind["category"], kind["provider"]](execution, run)


def s3() -> S3Backend:
    return s3_backends[DEFAULT_ACCOUNT_ID]["aws"]


def read(artifact: Artifact) -> Any:
    """The object of an artifact; ActionFailed if it is gone."""
    try:
        found = s3().get_object(artifact.bucket, artifact.key)
    except Exception:
        found = None
    if found is None:
        raise ActionFailed(
            f"Unable to access the artifact with Amazon S3 object key '{artifact.key}' located in the Amazon S3 "
            f"artifact bucket '{artifact.bucket}'.",
            "PermissionError",
        )
    return found


def _source(execution: Execution, run: ActionRun) -> None:
    """Copy the newest version of the object into the artifact bucket."""
    bucket_name, key = run.configuration["S3Bucket"], run.configuration["S3ObjectKey"]
    bucket = s3().buckets.get(bucket_name)
    if bucket is None:
        raise ActionFailed(f"The bucket with name '{bucket_name}' does not exist.", "ConfigurationError")
    if not bucket.is_versioned:
        raise ActionFailed(
            f"The Amazon S3 source bucket '{bucket_name}' does not have versioning enabled.",
            "ConfigurationError",
        )
    found = s3().get_object(bucket_name, key)
    if found is None:
        raise ActionFailed(f"The object with key '{key}' does not exist.", "ConfigurationError")
    (name,) = structure.names(run.action["outputArtifacts"])
    run.outputs[name] = _store(execution, name, found.value)
    etag = found.etag.strip('"')
    run.variables = {"BucketName": bucket_name, "ObjectKey": key, "ETag": etag, "VersionId": found.version_id}
    run.revision = {
        "name": name,
        "revisionId": found.version_id,
        "revisionSummary": f"Amazon S3 version id: {found.version_id}",
        "created": found.last_modified,
    }
    run.external_id = found.version_id
    succeed(execution, run)


def _store(execution: Execution, name: str, content: bytes) -> Artifact:
    store = execution.declaration.get("artifactStore") or {}
    artifact = Artifact(store.get("location", ""), artifact_key(execution, name))
    if artifact.bucket not in s3().buckets:
        raise ActionFailed(
            "The action failed because either the artifact or the Amazon S3 bucket could not be found. Name of "
            f"artifact bucket: {artifact.bucket}. Verify that this bucket exists.",
            "ConfigurationError",
        )
    key = store.get("encryptionKey", {}).get("id")
    s3().put_object(
        artifact.bucket,
        artifact.key,
        content,
        encryption="aws:kms" if key else None,
        kms_key_id=key,
    )
    return artifact


def _approve(execution: Execution, run: ActionRun) -> None:
    """Waits for PutApprovalResult, which names the token."""
    run.token = str(uuid.uuid4())


def _deploy(execution: Execution, run: ActionRun) -> None:
    """A deployment of the artifact, which this action follows."""
    services.load("codedeploy")
    from moto.codedeploy.models import codedeploy_backends

    from emulator.services.codedeploy import deployments, model

    (artifact,) = run.inputs.values()
    location = {"bucket": artifact.bucket, "key": artifact.key, "bundleType": "zip"}
    revision = {"revisionType": "S3", "s3Location": {**location, "eTag": read(artifact).etag.strip('"')}}
    backend = codedeploy_backends[execution.backend.account_id][execution.backend.region_name]
    settings = run.configuration
    try:
        group = model.group(backend, settings["ApplicationName"], settings["DeploymentGroupName"])
        deployment = deployments.start(backend, group, revision)
    except AwsError as problem:
        raise ActionFailed(problem.message, "ConfigurationError") from problem
    run.external_id, run.summary = deployment.id, f"Deployment {deployment.id}"

    def follow() -> None:
        if deployment.status == "Succeeded":
            succeed(execution, run)
        elif deployment.status not in deployments.UNDER_WAY:
            why = (deployment.error or {}).get("message", "")
            fail(execution, run, f"Deployment {deployment.id} failed. {why}")

    deployment.followers.append(follow)
    follow()


def _command(execution: Execution, run: ActionRun) -> None:
    commands.begin(execution, run, [read(artifact).value for artifact in run.inputs.values()])


PERFORM = {
    ("Source", "S3"): _source,
    ("Approval", "Manual"): _approve,
    ("Deploy", "CodeDeploy"): _deploy,
    ("Build", "CodeBuild"): code_build.perform,
    ("Test", "CodeBuild"): code_build.perform,
    ("Compute", "Commands"): _command,
}
