"""What tests of CodeBuild's builds have in common: a project that runs, and what is told of its builds."""

import io
import textwrap
import zipfile
from typing import Any

from emulator.selftest.harness import REGION
from emulator.selftest.test_codebuild import ProjectTest

BUCKET = "sources-bucket"
LOCATION = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
GROUP = "/paas/builds"


def zipped(**files: str) -> bytes:
    """An archive; "__" in a name stands for a dot. Scripts may be executed."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, text in files.items():
            item = zipfile.ZipInfo(name.replace("__", "."))
            item.external_attr = (0o755 if name.endswith("__sh") else 0o644) << 16
            archive.writestr(item, text)
    return held.getvalue()


class BuildTest(ProjectTest):
    def setUp(self) -> None:
        super().setUp()
        self.s3, self.logs = self.client("s3"), self.client("logs")
        self.s3.create_bucket(Bucket=BUCKET, **LOCATION)
        self.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})

    def put(self, **files: str) -> str:
        """Put a source into the bucket; returns its version."""
        return self.s3.put_object(Bucket=BUCKET, Key="src/shop.zip", Body=zipped(**files))["VersionId"]

    def made(self, buildspec: str, **changes: Any) -> None:
        """A project without a source, whose log goes to a stream of its own."""
        logs = {"cloudWatchLogs": {"status": "ENABLED", "groupName": GROUP, "streamName": "bake"}}
        whole = {
            "source": {"type": "NO_SOURCE", "buildspec": textwrap.dedent(buildspec)},
            "artifacts": {"type": "NO_ARTIFACTS"},
            "logsConfig": logs,
            **changes,
        }
        self.create(**whole)

    def start(self, **overrides: Any) -> str:
        return self.builds.start_build(projectName="bake", **overrides)["build"]["id"]

    def build(self, build_id: str) -> dict[str, Any]:
        (found,) = self.builds.batch_get_builds(ids=[build_id])["builds"]
        return found

    def over(self, build_id: str) -> dict[str, Any]:
        """The build once it is complete."""
        self.eventually(True, lambda: self.build(build_id)["buildComplete"], seconds=60)
        return self.build(build_id)

    def run_build(self, buildspec: str, **overrides: Any) -> dict[str, Any]:
        """The end of a build of a new project with the buildspec."""
        self.made(buildspec)
        return self.over(self.start(**overrides))

    def lines(self, build: dict[str, Any]) -> list[str]:
        """What the commands printed."""
        return [line for line in self.log(build) if not line.startswith("[Container] ")]

    def log(self, build: dict[str, Any]) -> list[str]:
        where = {"logGroupName": build["logs"]["groupName"], "logStreamName": build["logs"]["streamName"]}
        events = self.logs.get_log_events(**where, startFromHead=True)["events"]
        return [event["message"].removesuffix("\n") for event in events]

    def exported(self, build: dict[str, Any]) -> dict[str, str]:
        return {item["name"]: item["value"] for item in build["exportedEnvironmentVariables"]}

    def phases(self, build: dict[str, Any]) -> dict[str, str | None]:
        return {phase["phaseType"]: phase.get("phaseStatus") for phase in build["phases"]}

    def context(self, build: dict[str, Any]) -> tuple[str, str, str]:
        """Phase, code and message of the first failure."""
        bad = next(p for p in build["phases"] if p.get("phaseStatus") not in (None, "SUCCEEDED"))
        (context,) = bad["contexts"]
        return bad["phaseType"], context["statusCode"], context["message"]
