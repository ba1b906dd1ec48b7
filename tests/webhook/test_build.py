"""What the build makes of a push: real Git over HTTP, the buildspec's own commands, an archive."""

import json
import shutil

from webhook.pushing import PASSWORD, BuildTest


class Builds(BuildTest):
    def setUp(self) -> None:
        super().setUp()
        self.repository("shops/acme")

    def test_exactly_the_pushed_commit_is_uploaded(self) -> None:
        first = self.push("shops/acme", index__html="one", **{"scripts/run__sh": "true"})
        self.push("shops/acme", index__html="two")
        self.build(first)
        self.assertEqual(self.archive().read("index.html"), b"one")
        self.assertEqual(sorted(self.archive().namelist()), [".paas/push.json", "index.html", "scripts/run.sh"])
        self.assertEqual(self.commit_of(), first)
        told = json.loads(self.archive().read(".paas/push.json"))
        self.assertEqual((told["commit"], told["message"], told["branch"]), (first, '"; touch hurt', "dev"))

    def test_kind_tenant_and_environment_say_where(self) -> None:
        commit = self.push("shops/acme", install__sh="true")
        self.build(commit, KIND="infrastructure", TENANT="bolt", ENVIRONMENT="prod")
        self.assertEqual(self.commit_of("infrastructure/bolt", "bucket-prod"), commit)

    def test_credentials_are_seen_nowhere_and_by_no_other_host(self) -> None:
        commit = self.push("shops/acme", a="1")
        log = self.build(commit, GIT_TRACE="1", GIT_TRACE_CURL="1")
        self.assertNotIn(PASSWORD, log + json.dumps(self.calls()))
        for file in (self.root / "home").rglob("*"):
            self.assertNotIn(PASSWORD, file.read_text() if file.is_file() else "")
        asked = len([call for call in self.calls() if call[0] == "secretsmanager"])
        self.assertGreater(asked, 0)
        elsewhere = self.origin.replace("127.0.0.1", "localhost")
        self.git("shops/acme", "config", "-f", ".gitmodules", "submodule.x.path", "x")
        self.git("shops/acme", "config", "-f", ".gitmodules", "submodule.x.url", f"{elsewhere}/shops/acme.git")
        self.git("shops/acme", "update-index", "--add", "--cacheinfo", f"160000,{commit},x")
        log = self.build(self.push_index(), succeeds=False)
        self.assertIn("terminal prompts disabled", log)
        self.assertEqual(self.commit_of(), commit)

    def push_index(self) -> str:
        """As ``push``, of what the index holds."""
        self.git("shops/acme", "add", ".gitmodules")
        self.git("shops/acme", "commit", "-q", "-m", "A submodule")
        self.git("shops/acme", "push", "-q", "origin", "dev")
        return self.git("shops/acme", "rev-parse", "HEAD")

    def test_without_credentials_what_everybody_may_read_is_cloned(self) -> None:
        commit = self.push("shops/acme", a="1")
        log = self.build(commit, succeeds=False, CREDENTIALS_SECRET_ARN="")
        self.assertIn("can't be fetched", log)
        self.assertNotIn("CREDENTIALS_SECRET_ARN", log)
        self.server.asks_for_a_password = False
        self.build(commit, CREDENTIALS_SECRET_ARN="")
        self.assertEqual(self.commit_of(), commit)
        self.assertFalse([call for call in self.calls() if call[0] == "secretsmanager"])

    def test_a_user_name_may_stand_beside_the_password(self) -> None:
        (self.store / "credentials").write_text(json.dumps({"username": "oauth2", "password": PASSWORD}))
        self.build(self.push("shops/acme", a="1"))
        (self.store / "credentials").write_text(json.dumps({"username": "robin", "password": PASSWORD}))
        log = self.build(self.push("shops/acme", a="2"), succeeds=False)
        self.assertIn("can't be fetched", log)

    def test_submodules_come_along_whatever_their_urls(self) -> None:
        self.repository("libraries/one")
        library = self.push("libraries/one", one__txt="library")
        self.push("libraries/one", one__txt="newer")
        host = self.origin.removeprefix("http://").partition(":")[0]
        for number, url in enumerate(("../../libraries/one.git", f"git@{host}:libraries/one.git", f"{self.origin}/libraries/one.git")):
            with self.subTest(url):
                name = f"lib{number}"
                self.git("shops/acme", "config", "-f", ".gitmodules", f"submodule.{name}.path", name)
                self.git("shops/acme", "config", "-f", ".gitmodules", f"submodule.{name}.url", url)
                self.git("shops/acme", "update-index", "--add", "--cacheinfo", f"160000,{library},{name}")
                self.build(self.push_index())
                self.assertEqual(self.archive().read(f"{name}/one.txt"), b"library")
        self.assertFalse([name for name in self.archive().namelist() if ".git" in name.split("/")])

    def test_submodules_come_by_http_and_nothing_else(self) -> None:
        commit = self.push("shops/acme", a="1")
        self.git("shops/acme", "config", "-f", ".gitmodules", "submodule.x.path", "x")
        self.git("shops/acme", "update-index", "--add", "--cacheinfo", f"160000,{commit},x")
        for transport, url in (("file", f"file://{self.repositories}/shops/acme.git"), ("git", "git://127.0.0.1:1/x")):
            self.git("shops/acme", "config", "-f", ".gitmodules", "submodule.x.url", url)
            self.assertIn(f"transport '{transport}' not allowed", self.build(self.push_index(), succeeds=False))

    def test_repositories_with_sha_256(self) -> None:
        self.repository("shops/long", object_format="sha256")
        commit = self.push("shops/long", a="1")
        self.assertEqual(len(commit), 64)
        self.build(commit, "shops/long")
        self.assertEqual(self.commit_of(), commit)

    def test_links_stay_links(self) -> None:
        (self.root / "work/shops/acme/link").symlink_to("/etc/hostname")
        self.build(self.push("shops/acme"))
        self.assertEqual(self.archive().read("link"), b"/etc/hostname")

    def test_the_file_of_the_push_is_the_builds_own(self) -> None:
        outside = self.root / "outside"
        outside.mkdir()
        folder = self.root / "work/shops/acme/.paas"
        folder.mkdir()
        (folder / "push.json").symlink_to(outside / "written")
        commit = self.push("shops/acme")
        self.build(commit)
        self.assertEqual(json.loads(self.archive().read(".paas/push.json"))["commit"], commit)
        shutil.rmtree(folder)
        folder.symlink_to(outside)
        self.assertIn(".paas is no folder", self.build(self.push("shops/acme"), succeeds=False))
        self.assertEqual(list(outside.iterdir()), [])

    def test_names_are_data(self) -> None:
        branch = "a;touch${IFS}hurt;`touch${IFS}hurt`$(touch${IFS}hurt)'\""
        odd = "-rf $(touch hurt) \n*"
        commit = self.push("shops/acme", branch, **{odd: "text"})
        self.build(commit, BRANCH=branch)
        self.assertEqual(self.commit_of(), commit)
        self.assertFalse(list(self.root.rglob("hurt")))
        self.assertIn(odd, self.archive().namelist())

    def test_lfs_is_asked_for_where_it_is_used(self) -> None:
        """A git-lfs that tells how it was called stands in for the real one."""
        program = self.root / "bin/git-lfs"
        program.write_text('#!/bin/sh\necho "lfs $*"\n[ "$1" != pull ] || echo content > big.bin\n')
        program.chmod(0o755)
        plain = self.push("shops/acme", a="1")
        self.assertNotIn("lfs", self.build(plain))
        large = self.push("shops/acme", __gitattributes="*.bin filter=lfs diff=lfs", big__bin="version https://git-lfs")
        self.assertIn("lfs pull", self.build(large))
        self.assertEqual(self.archive().read("big.bin"), b"content\n")
        (self.store / "bucket-dev/software/acme.zip").unlink()
        for name in ("git-lfs", "dnf", "apt-get"):
            (self.root / "bin" / name).write_text("#!/bin/sh\nexit 1\n")
            (self.root / "bin" / name).chmod(0o755)
        self.assertIn("uses Git LFS", self.build(large, succeeds=False))


class Order(BuildTest):
    """Builds of pushes that overtake each other."""

    def setUp(self) -> None:
        super().setUp()
        self.repository("shops/acme")
        self.old = self.push("shops/acme", a="old")

    def test_an_older_push_does_not_replace_a_newer_one(self) -> None:
        new = self.push("shops/acme", a="new")
        self.build(new)
        self.assertIn("of a later commit", self.build(self.old))
        self.assertEqual((self.commit_of(), self.archive().read("a")), (new, b"new"))

    def test_a_repeated_push_uploads_nothing(self) -> None:
        self.build(self.old)
        self.assertIn("Nothing to upload", self.build(self.old))
        self.assertEqual(len([call for call in self.calls() if call[1] == "put-object"]), 1)

    def test_a_forced_push_back_replaces_what_was_newer(self) -> None:
        self.build(self.push("shops/acme", a="new"))
        self.git("shops/acme", "reset", "-q", "--hard", self.old)
        self.git("shops/acme", "push", "-q", "--force", "origin", "dev")
        self.build(self.old)
        self.assertEqual(self.commit_of(), self.old)

    def test_a_commit_that_was_forced_away_is_not_uploaded(self) -> None:
        new = self.push("shops/acme", a="new")
        self.git("shops/acme", "push", "-q", "--force", "origin", f"{self.old}:refs/heads/dev")
        self.assertIn("isn't on branch dev any more", self.build(new, succeeds=False))
        self.assertFalse((self.store / "bucket-dev").exists())

    def test_what_another_build_uploads_meanwhile_is_looked_at(self) -> None:
        """Pushed, built and uploaded after this build's own look at the branch and at the bucket."""
        new = self.push("shops/acme", a="new")
        for there in (False, True):
            with self.subTest(there=there):
                self.git("shops/acme", "push", "-q", "--force", "origin", f"{self.old}:refs/heads/dev")
                folder = self.store / "bucket-dev/software"
                if there:
                    (folder / "acme.commit").write_text("None")
                else:
                    folder.mkdir(parents=True)
                bare, work = self.repositories / "shops/acme.git", self.root / "work/shops/acme"
                (self.store / "meanwhile").write_text(
                    f"GIT_CONFIG_GLOBAL=/dev/null git -C {work} push -q {bare} {new}:refs/heads/dev && echo newer {there} >{folder}/acme.zip && "
                    f"printf %s {new} >{folder}/acme.commit\n"
                )
                self.assertIn("of a later commit", self.build(self.old))
                self.assertEqual(self.commit_of(), new)

    def test_an_archive_that_is_deleted_meanwhile_is_made_anew(self) -> None:
        self.build(self.old)
        new = self.push("shops/acme", a="new")
        folder = self.store / "bucket-dev/software"
        (self.store / "meanwhile").write_text(f"rm {folder}/acme.zip {folder}/acme.commit\n")
        self.assertIn(f"is commit {new} now", self.build(new))
        self.assertEqual(self.commit_of(), new)

    def test_an_archive_of_something_else_is_replaced(self) -> None:
        self.build(self.old)
        for commit in ("None", "f" * 40, "--help"):
            (self.store / "bucket-dev/software/acme.commit").write_text(commit)
            self.build(self.old)
            self.assertEqual(self.commit_of(), self.old)


class Failures(BuildTest):
    def setUp(self) -> None:
        super().setUp()
        self.repository("shops/acme")
        self.commit = self.push("shops/acme", a="1")

    def test_each_says_why_and_uploads_nothing(self) -> None:
        for said, changes in (
            ("isn't on branch dev any more", {"commit": "1" * 40}),
            ("Is the branch gone?", {"BRANCH": "gone"}),
            ("can't be fetched", {"repository": "shops/unknown"}),
            ("KeyError", {"ENVIRONMENT": "unknown"}),
        ):
            with self.subTest(said):
                log = self.build(changes.pop("commit", self.commit), succeeds=False, **changes)
                self.assertIn(said, log)
        (self.store / "denied").touch()
        self.assertIn("(403)", self.build(self.commit, succeeds=False))
        (self.store / "denied").unlink()
        (self.store / "credentials").write_text("glpat-wrong-one")
        self.assertNotIn("glpat", self.build(self.commit, succeeds=False))
        self.assertFalse((self.store / "bucket-dev").exists())
