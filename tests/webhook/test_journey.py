"""From GitLab's delivery to the uploaded archive, on the emulator."""

import io
import json
import zipfile

from webhook.journey import BUCKET, JourneyTest
from webhook.pushing import PASSWORD


class Journey(JourneyTest):
    def test_a_push_becomes_an_archive(self) -> None:
        self.repository("shops/acme")
        commit = self.push("shops/acme", index__html="hello")
        status, build_id = self.deliver("shops/acme", commit, "delivery-1")
        self.assertEqual(status, 202)
        build = self.over(build_id)
        self.assertEqual(build["buildStatus"], "SUCCEEDED", self.log(build))
        found = self.s3.get_object(Bucket=BUCKET, Key="software/acme.zip")
        self.assertEqual(found["Metadata"], {"commit": commit})
        archive = zipfile.ZipFile(io.BytesIO(found["Body"].read()))
        self.assertEqual(archive.read("index.html"), b"hello")
        self.assertNotIn(PASSWORD, "".join(self.log(build)))

        # Once more, and a second push.
        self.assertEqual(self.deliver("shops/acme", commit, "delivery-1"), (202, build_id))
        self.assertEqual(self.deliver("shops/acme", commit, "delivery-2", token="guessed")[0], 401)
        newer = self.push("shops/acme", index__html="hello again")
        second = self.over(self.deliver("shops/acme", newer, "delivery-3")[1])
        self.assertEqual(second["buildStatus"], "SUCCEEDED", self.log(second))
        self.assertEqual(self.s3.head_object(Bucket=BUCKET, Key="software/acme.zip")["Metadata"], {"commit": newer})
        self.assertEqual(len(self.builds.list_builds()["ids"]), 2)
        self.assertEqual([call["error"] for call in self.control("GET", "own-calls")["calls"] if call["error"]], ["404"])

    def test_a_build_that_fails_leaves_what_is_there(self) -> None:
        self.repository("shops/acme")
        commit = self.push("shops/acme", index__html="hello")
        self.over(self.deliver("shops/acme", commit, "delivery-1")[1])
        build = self.over(self.deliver("shops/acme", "1" * 40, "delivery-2")[1])
        self.assertEqual(build["buildStatus"], "FAILED")
        self.assertIn("isn't on branch dev any more", "".join(self.log(build)))
        self.assertEqual(self.s3.head_object(Bucket=BUCKET, Key="software/acme.zip")["Metadata"], {"commit": commit})
