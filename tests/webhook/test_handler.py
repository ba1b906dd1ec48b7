"""What the Lambda answers, whom it believes, and what it asks CodeBuild for."""

import ast
import base64
import json
import os
import sys
import time
import unittest
from unittest import mock

from botocore.exceptions import ClientError

from webhook import payloads
from webhook.deliveries import FILES, SIGNING_ARN, TOKEN, TOKEN_ARN, WebhookTest, signed
from webhook.payloads import COMMIT, HOST, push


class Deliveries(WebhookTest):
    def test_it_imports_nothing_that_lambda_lacks(self) -> None:
        found = set()
        for node in ast.walk(ast.parse((FILES / "handler.py").read_text())):
            if isinstance(node, ast.ImportFrom):
                found.add(node.module)
            elif isinstance(node, ast.Import):
                found.update(name.name for name in node.names)
        self.assertIn("boto3", found)
        self.assertLessEqual({name.split(".")[0] for name in found}, sys.stdlib_module_names | {"boto3", "botocore"})

    def test_a_push_starts_a_build_of_that_commit(self) -> None:
        answer = self.send(push())
        self.assertEqual((answer.status, answer.body), (202, {"build": "paas-webhook:1"}))
        variables = self.variables()
        variables.pop("PUSH")
        self.assertEqual(
            variables,
            {
                "COMMIT": COMMIT,
                "BRANCH": "dev",
                "CLONE_URL": f"https://{HOST}/shops/acme-software.git",
                "TENANT": "acme",
                "KIND": "software",
                "ENVIRONMENT": "dev",
            },
        )
        self.assertEqual(
            self.told(),
            {
                "commit": COMMIT,
                "user": "Robin Example",
                "message": "The door opens\n\nInwards.",
                "repository": "shops/acme-software",
                "branch": "dev",
            },
        )

    def test_branches_and_repositories_lead_to_environments_and_tenants(self) -> None:
        for repository, branch, expected in (
            ("shops/acme-machines", "staging", ("acme", "infrastructure", "staging")),
            ("shops/acme-software", "master", ("acme", "software", "prod")),
            ("shops/rule/bolt-2-software", "dev", ("bolt-2", "software", "dev")),
        ):
            with self.subTest(repository):
                project = {"path_with_namespace": repository}
                self.assertEqual(self.send(push(project=project, ref=f"refs/heads/{branch}")).status, 202)
                variables = self.variables()
                self.assertEqual((variables["TENANT"], variables["KIND"], variables["ENVIRONMENT"]), expected)
                self.assertEqual(variables["CLONE_URL"], f"https://{HOST}/{repository}.git")

    def test_what_is_no_push_is_ignored(self) -> None:
        for event, payload in (
            ("Tag Push Hook", payloads.tag_push()),
            ("Merge Request Hook", payloads.merge_request()),
            ("System Hook", payloads.system_hook()),
            ("System Hook", push()),
            ("Push Hook", payloads.deleted_branch()),
        ):
            with self.subTest(event):
                answer = self.send(payload, x_gitlab_event=event)
                self.assertEqual((answer.status, list(answer.body)), (200, ["ignored"]))
        self.assertEqual(self.aws.asked, [])

    def test_kinds_of_pushes(self) -> None:
        for payload, message in (
            (payloads.new_branch("staging"), ""),
            (payloads.force_push(), "The shop is empty"),
            (payloads.many_commits(57), "The last step"),
        ):
            with self.subTest(message):
                self.assertEqual(self.send(payload).status, 202)
                self.assertEqual((self.told()["message"], self.told()["commit"]), (message, COMMIT))

    def test_names_in_any_script_arrive(self) -> None:
        commits = [payloads.commit(COMMIT, "Ein Törchen 🚪\n\nвнутрь")]
        for encoded in (False, True):
            answer = self.send(push(user_name="Žofie Ångström 李", commits=commits), base64_encoded=encoded)
            self.assertEqual(answer.status, 202)
            self.assertEqual(self.told()["user"], "Žofie Ångström 李")
            self.assertEqual(self.told()["message"], "Ein Törchen 🚪\n\nвнутрь")

    def test_commits_of_repositories_with_sha_256(self) -> None:
        self.assertEqual(self.send(push(after="a" * 64)).status, 202)
        self.assertEqual(self.variables()["COMMIT"], "a" * 64)

    def test_headers_in_every_case(self) -> None:
        body = json.dumps(push())
        for change in (str.lower, str.upper, str.title, lambda name: name):
            headers = {change("X-Gitlab-Token"): TOKEN, change("X-Gitlab-Event"): "Push Hook"}
            for event in (
                {"headers": headers, "multiValueHeaders": {name: [value] for name, value in headers.items()}},
                {"headers": None, "multiValueHeaders": {name: [value] for name, value in headers.items()}},
                {"headers": headers, "multiValueHeaders": None},
            ):
                with self.subTest(event=event):
                    answer = self.hand({"httpMethod": "POST", "body": body, "isBase64Encoded": False} | event)
                    self.assertEqual(answer.status, 202)

    def test_bodies_that_are_none(self) -> None:
        for body in (
            b"", b"no json", b"[]", b'"push"', b"null", b"{", b"[" * 100_000, b"1" * 5000, b"{}",
            b'{"object_kind": "tag_push"}', json.dumps(push(object_kind="merge_request")).encode(),
            b'{"object_kind": "push"}', b'{"object_kind": "push", "ref": 5, "project": []}',
        ):  # fmt: skip
            with self.subTest(body[:20]):
                self.assertEqual(self.send(body).status, 400)
        self.assertEqual(self.send(b"\xff\xfe", base64_encoded=True).status, 400)
        self.assertEqual(self.send(push(), method="GET").status, 400)
        broken = {"httpMethod": "POST", "body": "no base64!", "isBase64Encoded": True}
        self.assertEqual(self.hand(broken).status, 400)
        self.assertEqual(self.hand({}).status, 400)
        self.assertEqual(self.aws.asked, [])

    def test_six_megabytes_are_read_and_no_more(self) -> None:
        most = 6 * 1024 * 1024
        payload = push(filler="")
        payload["filler"] = "x" * (most - len(json.dumps(payload, ensure_ascii=False).encode()))
        self.assertEqual(self.send(payload, base64_encoded=True).status, 202)
        payload["filler"] += "x"
        self.assertEqual(self.send(payload, base64_encoded=True).status, 400)

    def test_the_longest_texts_leave_room_among_the_variables(self) -> None:
        repository, branch = f"shops/{'r' * 249}", "b" * 200
        known = {repository: {"tenant": "t" * 32, "kind": "infrastructure"}}
        changed = {"REPOSITORIES": json.dumps(known), "BRANCHES": json.dumps({branch: "e" * 16})}
        with mock.patch.dict(os.environ, changed):
            answer = self.send(
                push(
                    project={"path_with_namespace": repository},
                    ref=f"refs/heads/{branch}",
                    after="a" * 64,
                    user_name="ü" * 1000,
                    commits=[payloads.commit("a" * 64, '"\n' * 100_000)],
                )
            )
        self.assertEqual(answer.status, 202)
        self.assertEqual(self.told()["user"], "ü" * 50)
        self.assertLess(sum(len(name) + len(value) for name, value in self.variables().items()), 4500)


class Senders(WebhookTest):
    def test_a_wrong_token_is_refused_whatever_else_is_sent(self) -> None:
        for token in (None, "", "x", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "ü", "x" * 10_000, f"{TOKEN},{TOKEN}"):
            for body in (push(), b"no json", payloads.tag_push()):
                with self.subTest(token=token):
                    self.assertEqual(self.send(body, x_gitlab_token=token).status, 401)
        self.assertEqual(self.aws.asked, [])

    def test_wrong_tokens_of_every_kind_take_the_same_path(self) -> None:
        compare, paths = self.handler.hmac.compare_digest, []
        for token in (None, "", "x", TOKEN[:-1], "x" * len(TOKEN), TOKEN + "x", "ü" * 10_000):
            with mock.patch.object(self.handler.hmac, "compare_digest", side_effect=compare) as compared:
                self.send(push(), x_gitlab_token=token)
            paths.append([tuple(map(len, call.args)) for call in compared.call_args_list])
        self.assertEqual(paths, [[(32, 32)] * 2] * len(paths))

    def test_a_secret_is_kept_and_read_again_when_the_token_changes(self) -> None:
        for _ in range(5):
            self.send(push())
        self.assertEqual(self.aws.reads, [TOKEN_ARN])
        self.aws.secrets[TOKEN_ARN] = "the-token-after-this-one"
        now = time.monotonic()
        with mock.patch.object(self.handler.time, "monotonic", lambda: now + 20):
            self.assertEqual(self.send(push(), x_gitlab_token="the-token-after-this-one").status, 202)
            self.assertEqual(self.send(push()).status, 401)
            for _ in range(5):
                self.assertEqual(self.send(push(), x_gitlab_token="guessed").status, 401)
        self.assertEqual(len(self.aws.reads), 2)
        with mock.patch.object(self.handler.time, "monotonic", lambda: now + 400):
            self.send(push(), x_gitlab_token="the-token-after-this-one")
        self.assertEqual(len(self.aws.reads), 3)

    def test_an_empty_secret_lets_nobody_in(self) -> None:
        for text in ("", " \n", "short"):
            self.aws.secrets[TOKEN_ARN] = text
            self.renew()
            for token in (None, text):
                self.assertEqual(self.send(push(), x_gitlab_token=token).status, 500)
        self.assertEqual(self.aws.asked, [])


class Signatures(WebhookTest):
    def setUp(self) -> None:
        super().setUp()
        os.environ["SIGNING_SECRET_ARN"] = SIGNING_ARN
        self.body = json.dumps(push()).encode()

    def test_a_signed_delivery_is_believed(self) -> None:
        self.assertEqual(self.send(self.body, **signed(self.body)).status, 202)
        self.assertEqual(self.send(self.body, base64_encoded=True, **signed(self.body)).status, 202)

    def test_one_signature_of_several_is_enough(self) -> None:
        headers = signed(self.body)
        headers["webhook_signature"] = f"v1,AAAA v2,x {headers['webhook_signature']}"
        self.assertEqual(self.send(self.body, **headers).status, 202)

    def test_what_was_signed_counts(self) -> None:
        right = signed(self.body)
        for changes in (
            {"webhook_signature": None}, {"webhook_signature": ""}, {"webhook_signature": "v1,"},
            {"webhook_signature": right["webhook_signature"].replace("v1,", "v2,")},
            {"webhook_signature": right["webhook_signature"].removeprefix("v1,")},
            {"webhook_id": "another-delivery"}, {"webhook_id": None},
            {"webhook_timestamp": str(int(right["webhook_timestamp"]) + 1)}, {"webhook_timestamp": None},
            signed(self.body, key=b"x" * 32), signed(self.body + b" "), {"x_gitlab_token": "wrong"},
        ):  # fmt: skip
            with self.subTest(changes):
                self.assertEqual(self.send(self.body, **right | changes).status, 401)
        self.assertEqual(self.aws.asked, [])

    def test_a_signature_is_good_for_five_minutes(self) -> None:
        now = time.time()
        with mock.patch.object(self.handler.time, "time", lambda: now):
            for age, status in ((299, 202), (302, 401), (86400, 401), (-50, 202), (-70, 401)):
                with self.subTest(age):
                    self.assertEqual(self.send(self.body, **signed(self.body, at=now - age)).status, status)

    def test_a_replay_under_another_idempotency_key_starts_nothing_more(self) -> None:
        headers = signed(self.body)
        builds = {self.send(self.body, **headers | {"idempotency_key": f"another-{n}"}).body["build"] for n in range(5)}
        self.assertEqual(len(builds), 1)

    def test_without_a_signing_token_signatures_are_not_looked_at(self) -> None:
        os.environ["SIGNING_SECRET_ARN"] = ""
        self.assertEqual(self.send(self.body, **signed(self.body, key=b"x" * 32)).status, 202)
        self.assertEqual(self.aws.reads, [TOKEN_ARN])


class Repeats(WebhookTest):
    def test_a_repeated_delivery_starts_one_build(self) -> None:
        for headers in ({"idempotency_key": "11111111-2222"}, {"x_gitlab_event_uuid": "33333333-4444"}, {}):
            before = len(self.aws.builds)
            answers = []
            for _ in range(3):
                self.renew()
                answers.append(self.send(push(), **headers))
            self.assertEqual([answer.status for answer in answers], [202] * 3)
            self.assertEqual(len({answer.body["build"] for answer in answers}), 1)
            self.assertEqual(len(self.aws.builds), before + 1)

    def test_two_deliveries_are_two_builds(self) -> None:
        for key in ("11111111-2222", "11111111-3333"):
            self.send(push(), idempotency_key=key)
        self.assertEqual(len(self.aws.builds), 2)

    def test_branches_that_are_pushed_together_are_builds_of_their_own(self) -> None:
        """One push of two branches is two deliveries with one X-Gitlab-Event-UUID."""
        for branch in ("dev", "staging"):
            self.assertEqual(self.send(push(ref=f"refs/heads/{branch}"), x_gitlab_event_uuid="33333333-4444").status, 202)
        self.assertEqual(len(self.aws.builds), 2)

    def test_ten_pushes_are_ten_builds(self) -> None:
        for number in range(10):
            self.send(push(after=f"{number + 1:040x}"), idempotency_key=f"delivery-{number}")
        self.assertEqual(len(self.aws.builds), 10)

    def test_a_build_that_cannot_be_started_can_be_tried_again(self) -> None:
        error = {"Error": {"Code": "AccountLimitExceededException", "Message": "account 123456789012"}}
        self.aws.failure = ClientError(error, "StartBuild")
        answer = self.send(push())
        self.assertEqual(answer.status, 500)
        self.assertIn("AccountLimitExceededException", answer.log)
        self.assertNotIn("123456789012", answer.log + json.dumps(answer.body))
        self.aws.failure = None
        self.assertEqual(self.send(push()).status, 202)


class Hostile(WebhookTest):
    def test_branches_that_git_would_refuse_are_refused(self) -> None:
        for branch in (
            "", "-dev", "--upload-pack=x", ".dev", "a/.b", "a..b", "../dev", "a//b", "a/", "/a", "a.lock", "a.lock/b", "a.",
            "@", "a@{b", "a b", "a~b", "a^b", "a:b", "a?b", "a*", "a[b", "a\\b", "dev\n", "dev\nx", "\x00", "\x7f", "d" * 201,
        ):  # fmt: skip
            with self.subTest(branch):
                self.assertEqual(self.send(push(ref=f"refs/heads/{branch}")).status, 400)
        for ref in ("dev", "refs/tags/dev", "refs/heads", "refs/merge-requests/1/head", "../refs/heads/dev", None, ["dev"]):
            with self.subTest(ref):
                self.assertEqual(self.send(push(ref=ref)).status, 400)

    def test_shell_syntax_that_git_allows_is_just_another_unknown_branch(self) -> None:
        for branch in ("dev;id", "$(id)", "`id`", "dev|id", "dev&id", "dev>x", "'dev'", '"dev"', "dev$IFS", "DEV", "dév"):
            with self.subTest(branch):
                self.assertEqual(self.send(push(ref=f"refs/heads/{branch}")).status, 404)
        self.assertEqual(self.send(push(ref="refs/heads/a;b")).status, 202)
        self.assertEqual(self.variables()["BRANCH"], "a;b")

    def test_repositories_that_cannot_be_are_refused(self) -> None:
        for path in (
            "", "acme", "/acme/x", "shops/", "shops//x", "shops/../x", "../shops/x", "shops/.", "shops/..", "shops/x.git",
            "shops/x y", "shops/$(id)", "shops/x;id", "shops/x\n", "shops/x\nshops/acme-software", "shops/%2e%2e/x", "shops/-x",
            "shops/x?y", "shops/x#y", "shops/x@evil.test", "shops/x:y", "shops\\x", "shops/é", "s/" + "x" * 300, None, 5, {},
        ):  # fmt: skip
            with self.subTest(path):
                self.assertEqual(self.send(push(project={"path_with_namespace": path})).status, 400)

    def test_repositories_that_are_not_allowed_or_known(self) -> None:
        for path, status in (
            ("secrets/acme-software", 403), ("others/shops/x", 403), ("libraries/one/two", 403), ("SHOPS/acme-software", 403),
            ("shops/unknown", 404), ("libraries/one", 404), ("shops/rule/acme-binaries", 404), ("shops/rule/Acme-software", 404),
        ):  # fmt: skip
            with self.subTest(path):
                self.assertEqual(self.send(push(project={"path_with_namespace": path})).status, status)
        with mock.patch.dict(os.environ, ALLOWED="[]"):
            self.assertEqual(self.send(push()).status, 403)

    def test_other_hosts(self) -> None:
        for url, status in (
            (f"https://evil.test/{HOST}/x.git", 403), (f"https://{HOST}@evil.test/x.git", 403), (f"https://{HOST}.evil.test/x", 403),
            (f"https://{HOST}:8443/x.git", 403), ("http://169.254.169.254/x", 403), ("file:///etc/passwd", 400), ("", 400),
            (f"git@{HOST}:x.git", 400), ("https://[::1", 400), (f"https://{HOST}:port/x", 400), (None, 400),
            (f"https://{HOST.upper()}/x.git", 202), (f"https://{HOST}:443/x.git", 202), (f"http://{HOST}/x.git", 202),
        ):  # fmt: skip
            with self.subTest(url):
                self.assertEqual(self.send(push(project={"git_http_url": url})).status, status)
        # Whatever the payload's URL says, the clone goes where the configuration says.
        self.assertEqual(self.variables()["CLONE_URL"], f"https://{HOST}/shops/acme-software.git")

    def test_a_gitlab_on_a_port_of_its_own(self) -> None:
        with mock.patch.dict(os.environ, GITLAB_HOST="http://127.0.0.1:8929"):
            self.assertEqual(self.send(push()).status, 403)
            self.assertEqual(self.send(push(project={"git_http_url": "http://127.0.0.1:8929/x.git"})).status, 202)
        self.assertEqual(self.variables()["CLONE_URL"], "http://127.0.0.1:8929/shops/acme-software.git")

    def test_commits_that_are_none(self) -> None:
        for commit in ("", "HEAD", "a" * 39, "a" * 41, "A" * 40, "a" * 40 + "\n", "-" + "a" * 39, "$(id)", None, 5):
            with self.subTest(commit):
                self.assertEqual(self.send(push(after=commit)).status, 400)

    def test_what_people_write_is_data(self) -> None:
        text = "\"; $(touch x) `id` ' \\ \x00\x1b[31m\r\n${HOME}"
        self.send(push(user_name=text, commits=[payloads.commit(COMMIT, text)]))
        self.assertEqual(self.told()["message"], "\"; $(touch x) `id` ' \\ [31m\n${HOME}")
        for name, value in self.variables().items():
            self.assertRegex(value, r"\A[A-Za-z0-9:/._=+-]+\Z", name)

    def test_texts_of_odd_kinds(self) -> None:
        for changes in (
            {"user_name": None, "user_username": None}, {"user_name": 5}, {"commits": None}, {"commits": [None, 5]},
            {"commits": {"a": 1}}, {"commits": [{"id": COMMIT, "message": ["x"]}]}, {"user_name": "\ud800"}, {"before": {}},
        ):  # fmt: skip
            with self.subTest(changes):
                self.assertEqual(self.send(json.dumps(push(**changes)).encode()).status, 202)

    def test_the_log_is_one_line_without_secrets_or_what_people_wrote(self) -> None:
        os.environ["SIGNING_SECRET_ARN"] = SIGNING_ARN
        payload = push(user_name="Quinn Private", commits=[payloads.commit(COMMIT, "confidential")])
        body = json.dumps(payload).encode()
        for headers in (signed(body), signed(body) | {"x_gitlab_token": "guessed-token"}, signed(body, key=b"x" * 32)):
            log = self.send(body, **headers).log
            self.assertEqual(log.count("\n"), 1)
            secret = [TOKEN, "guessed-token", "whsec", "Quinn", "confidential", headers["webhook_signature"][3:]]
            secret.append(base64.b64encode(b"Quinn").decode()[:6])
            for text in secret:
                self.assertNotIn(text, log)
        told = json.loads(self.send(body, **signed(body)).log)
        known = {name: told[name] for name in ("status", "build", "repository", "branch", "commit", "delivery", "request")}
        self.assertEqual(
            known,
            {
                "status": 202,
                "build": "paas-webhook:1",
                "repository": "shops/acme-software",
                "branch": "dev",
                "commit": COMMIT,
                "delivery": "11111111-2222",
                "request": "request-1",
            },
        )


if __name__ == "__main__":
    unittest.main()
