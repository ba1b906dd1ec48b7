"""Lambda: functions and what is refused of them, tags, resource policies, concurrency."""

import base64
import hashlib
import json

from emulator.selftest.harness import ACCOUNT, REGION
from emulator.selftest.lambdas import ECHO, FunctionTest, archive

ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:hook"


class Functions(FunctionTest):
    def test_a_function_comes_back_with_what_aws_fills_in(self) -> None:
        self.made(Environment={"Variables": {"AA": "1"}}, Tags={"owner": "selftest"})
        found = self.functions.get_function(FunctionName="hook")
        shown, digest = found["Configuration"], hashlib.sha256(archive(ECHO)).digest()
        expected = {
            "FunctionName": "hook",
            "FunctionArn": ARN,
            "Runtime": "python3.13",
            "Role": self.function_role,
            "Handler": "main.handle",
            "CodeSize": len(archive(ECHO)),
            "Description": "",
            "Timeout": 3,
            "MemorySize": 128,
            "CodeSha256": base64.b64encode(digest).decode(),
            "Version": "$LATEST",
            "TracingConfig": {"Mode": "PassThrough"},
            "State": "Active",
            "LastUpdateStatus": "Successful",
            "PackageType": "Zip",
            "Architectures": ["x86_64"],
            "EphemeralStorage": {"Size": 512},
            "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
            "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/hook"},
            "Environment": {"Variables": {"AA": "1"}},
        }
        for name in ("LastModified", "RevisionId"):
            self.assertTrue(shown.pop(name))
        self.assertEqual(expected, shown)
        self.assertEqual(({"owner": "selftest"}, "S3"), (found["Tags"], found["Code"]["RepositoryType"]))
        self.assertNotIn("Concurrency", found)
        self.assertEqual([], [call["invalid"] for call in self.control("GET", "calls")["calls"] if call["invalid"]])

    def test_settings_that_are_refused(self) -> None:
        self.made()
        bad = "InvalidParameterValueException"
        for code, why, changes in (
            ("ResourceConflictException", "already exist", {}),
            (bad, "4KB", {"FunctionName": "a", "Environment": {"Variables": {"AA": "x" * 4096}}}),
            (bad, "AWS_REGION", {"FunctionName": "a", "Environment": {"Variables": {"AWS_REGION": "x"}}}),
            (bad, "unzip", {"FunctionName": "a", "Code": {"ZipFile": b"no archive"}}),
            ("ValidationException", "901", {"FunctionName": "a", "Timeout": 901}),
            (bad, "assumed by Lambda", {"FunctionName": "a", "Role": self.role("other")}),
            (bad, "assumed by Lambda", {"FunctionName": "a", "Role": f"arn:aws:iam::{ACCOUNT}:role/none"}),
            ("NotImplemented", "Runtime", {"FunctionName": "a", "Runtime": "nodejs22.x"}),
        ):
            with self.subTest(why):
                error = self.refused(code, self.made, **changes)
                self.assertIn(why.lower(), str(error).lower())
        self.assertEqual(["function", "role", "role"], self.kinds())

    def test_a_role_settles_before_lambda_knows_it(self) -> None:
        self.control("POST", "limits", {"new_role_refused_seconds": 0.4})
        role = self.role("new", "lambda.amazonaws.com")
        self.refused("InvalidParameterValueException", self.made, Role=role)

        def made() -> bool:
            try:
                return bool(self.made(Role=role))
            except self.functions.exceptions.InvalidParameterValueException:
                return False

        self.eventually(True, made)

    def test_states_take_their_time(self) -> None:
        self.control("POST", "timing", {"function": {"create": 0.4, "update": 0.4}})
        self.made()
        self.assertEqual("Pending", self.shown()["State"])
        change = self.functions.update_function_configuration
        self.refused("ResourceConflictException", change, FunctionName="hook", Timeout=9)
        self.refused("ResourceConflictException", self.functions.invoke, FunctionName="hook")
        self.eventually("Active", lambda: self.shown()["State"])
        self.assertEqual("InProgress", change(FunctionName="hook", Timeout=9)["LastUpdateStatus"])
        self.refused("ResourceConflictException", change, FunctionName="hook", Timeout=8)
        self.eventually("Successful", lambda: self.shown()["LastUpdateStatus"])
        self.assertEqual(9, self.shown()["Timeout"])

    def shown(self) -> dict:
        return self.functions.get_function_configuration(FunctionName="hook")

    def test_an_update_changes_what_it_names(self) -> None:
        self.made(Description="first", Environment={"Variables": {"AA": "1"}})
        before = self.shown()
        self.functions.update_function_configuration(FunctionName=ARN, Environment={"Variables": {"BB": "2"}})
        code = "def handle(event, context): return 2"
        self.functions.update_function_code(FunctionName="hook", ZipFile=archive(code))
        after = self.shown()
        self.assertEqual(("first", {"BB": "2"}), (after["Description"], after["Environment"]["Variables"]))
        self.assertNotEqual(before["RevisionId"], after["RevisionId"])
        self.assertEqual(2, self.call())
        stale = {"FunctionName": "hook", "Timeout": 4, "RevisionId": before["RevisionId"]}
        self.refused("PreconditionFailedException", self.functions.update_function_configuration, **stale)

    def test_what_somebody_sets_is_shown_and_taken_away_by_nothing(self) -> None:
        self.made()
        before, change = self.shown(), self.functions.update_function_configuration
        layer = f"arn:aws:lambda:{REGION}:017000801446:layer:Tools:7"
        given = {
            "DeadLetterConfig": {"TargetArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:failed"},
            "KMSKeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/any",
            "Layers": [layer],
            "SnapStart": {"ApplyOn": "PublishedVersions"},
            "TracingConfig": {"Mode": "Active"},
            "EphemeralStorage": {"Size": 1024},
        }
        seen = change(FunctionName="hook", **given)
        expected = {
            **given,
            "Layers": [{"Arn": layer, "CodeSize": 1}],
            "SnapStart": {"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"},
        }
        self.assertEqual(expected, {name: seen[name] for name in given})
        own = layer.replace("017000801446", ACCOUNT)
        self.refused("InvalidParameterValueException", change, FunctionName="hook", Layers=[own])
        nothing = {
            "DeadLetterConfig": {"TargetArn": ""},
            "FileSystemConfigs": [],
            "KMSKeyArn": "",
            "Layers": [],
            "SnapStart": {"ApplyOn": "None"},
            "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
            **{name: before[name] for name in ("TracingConfig", "EphemeralStorage")},
        }
        change(FunctionName="hook", **nothing)
        after = self.shown()
        for name in ("LastModified", "RevisionId", "ResponseMetadata"):
            self.assertNotEqual(before.pop(name), after.pop(name))
        self.assertEqual(before, after)

    def test_what_is_gone_is_unknown(self) -> None:
        self.made()
        self.functions.delete_function(FunctionName="hook")
        for name in ("get_function", "get_policy", "delete_function", "invoke", "get_function_concurrency"):
            self.refused("ResourceNotFoundException", getattr(self.functions, name), FunctionName="hook")
        self.assertEqual(["role"], self.kinds())

    def test_tags(self) -> None:
        self.made(Tags={"a": "1", "b": "2"})
        self.functions.tag_resource(Resource=ARN, Tags={"b": "3", "c": "4"})
        self.functions.untag_resource(Resource=ARN, TagKeys=["a", "none"])
        self.assertEqual({"b": "3", "c": "4"}, self.functions.list_tags(Resource=ARN)["Tags"])
        tagging = self.client("resourcegroupstaggingapi")
        (found,) = tagging.get_resources(ResourceTypeFilters=["lambda:function"])["ResourceTagMappingList"]
        self.assertEqual(ARN, found["ResourceARN"])
        bad = {"Resource": ARN, "Tags": {"aws:x": "1"}}
        self.refused("InvalidParameterValueException", self.functions.tag_resource, **bad)

    def test_lists_come_in_pages(self) -> None:
        for name in "cab":
            self.made(FunctionName=name)
        pages = self.functions.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2})
        self.assertEqual(
            [["a", "b"], ["c"]], [[found["FunctionName"] for found in page["Functions"]] for page in pages]
        )


class Permissions(FunctionTest):
    def test_statements_come_back_as_a_policy(self) -> None:
        self.made()
        source = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:abc/*/POST/hook"
        wanted = {
            "FunctionName": "hook",
            "StatementId": "gateway",
            "Action": "lambda:InvokeFunction",
            "Principal": "apigateway.amazonaws.com",
        }
        self.refused("ResourceNotFoundException", self.functions.get_policy, FunctionName="hook")
        self.functions.add_permission(**wanted, SourceArn=source, SourceAccount=ACCOUNT)
        self.refused("ResourceConflictException", self.functions.add_permission, **wanted)
        (statement,) = json.loads(self.functions.get_policy(FunctionName="hook")["Policy"])["Statement"]
        self.assertEqual(
            {
                "Sid": "gateway",
                "Effect": "Allow",
                "Principal": {"Service": "apigateway.amazonaws.com"},
                "Action": "lambda:InvokeFunction",
                "Resource": ARN,
                "Condition": {
                    "StringEquals": {"AWS:SourceAccount": ACCOUNT},
                    "ArnLike": {"AWS:SourceArn": source},
                },
            },
            statement,
        )
        remove = self.functions.remove_permission
        remove(FunctionName="hook", StatementId="gateway")
        self.refused("ResourceNotFoundException", remove, FunctionName="hook", StatementId="gateway")


class Concurrency(FunctionTest):
    def test_reservations_leave_some_to_others(self) -> None:
        self.made()
        put = self.functions.put_function_concurrency
        too_many = {"FunctionName": "hook", "ReservedConcurrentExecutions": 901}
        self.refused("InvalidParameterValueException", put, **too_many)
        put(FunctionName="hook", ReservedConcurrentExecutions=0)
        found = self.functions.get_function(FunctionName="hook")["Concurrency"]
        self.assertEqual({"ReservedConcurrentExecutions": 0}, found)
        self.refused("TooManyRequestsException", self.functions.invoke, FunctionName="hook")
        self.functions.delete_function_concurrency(FunctionName="hook")
        self.assertNotIn(
            "ReservedConcurrentExecutions", self.functions.get_function_concurrency(FunctionName="hook")
        )
        self.assertEqual({"a": 1}, self.call({"a": 1}))
