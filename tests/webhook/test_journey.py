"""From GitLab's delivery to the uploaded archive, on the emulator."""

import io
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor

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

    def test_ten_pushes_at_once_are_ten_builds(self) -> None:
        commits = {}
        for number in range(10):
            self.repository(f"shops/shop{number}-software")
            commits[number] = self.push(f"shops/shop{number}-software", index__html=str(number))

        def deliver(number: int) -> set[str]:
            """Twice, as GitLab does when it has waited in vain."""
            sent = [self.deliver(f"shops/shop{number}-software", commits[number], f"delivery-{number}") for _ in range(2)]
            return {text for _, text in sent}

        with ThreadPoolExecutor(10) as pool:
            started = list(pool.map(deliver, range(10)))
        self.assertEqual([len(ids) for ids in started], [1] * 10)
        self.assertEqual(len(set.union(*started)), 10)
        for number, (build_id,) in enumerate(started):
            self.eventually(True, lambda build_id=build_id: self.build(build_id)["buildComplete"], seconds=120)
            key = f"software/shop{number}.zip"
            self.assertEqual(self.s3.head_object(Bucket=BUCKET, Key=key)["Metadata"], {"commit": commits[number]})
        self.assertEqual(len(self.builds.list_builds()["ids"]), 10)
