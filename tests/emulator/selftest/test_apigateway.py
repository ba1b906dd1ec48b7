"""API Gateway: REST APIs, methods, deployments, stages, and what is refused of them."""

from typing import Any

from emulator.selftest.apis import ApiTest
from emulator.selftest.harness import ACCOUNT, REGION


class Apis(ApiTest):
    def test_an_api_comes_back_as_it_was_made(self) -> None:
        made = self.apis.create_rest_api(
            name="hooks",
            description="d",
            endpointConfiguration={"types": ["REGIONAL"]},
            binaryMediaTypes=["image/*"],
            tags={"owner": "selftest"},
        )
        found = self.apis.get_rest_api(restApiId=made["id"])
        for one in (made, found):
            one.pop("ResponseMetadata")
        self.assertEqual(made, found)
        self.assertEqual(
            ("hooks", "d", ["REGIONAL"], ["image/*"], {"owner": "selftest"}, "HEADER"),
            (
                found["name"],
                found["description"],
                found["endpointConfiguration"]["types"],
                found["binaryMediaTypes"],
                found["tags"],
                found["apiKeySource"],
            ),
        )
        (root,) = self.apis.get_resources(restApiId=made["id"])["items"]
        self.assertEqual({"id": found["rootResourceId"], "path": "/"}, root)
        self.assertEqual([found], self.apis.get_rest_apis()["items"])
        self.apis.delete_rest_api(restApiId=made["id"])
        self.refused("NotFoundException", self.apis.get_rest_api, restApiId=made["id"])
        self.assertEqual(["role"], self.kinds())

    def test_patches_of_an_api(self) -> None:
        self.made()
        found = self.patched(
            self.apis.update_rest_api,
            ("replace", "/name", "other"),
            ("replace", "/description", ""),
            ("replace", "/disableExecuteApiEndpoint", "true"),
            ("add", "/binaryMediaTypes/image~1png", None),
            ("replace", "/endpointConfiguration/types/REGIONAL", "EDGE"),
        )
        self.assertEqual(
            ("other", True, ["image/png"], ["EDGE"]),
            (
                found["name"],
                found["disableExecuteApiEndpoint"],
                found["binaryMediaTypes"],
                found["endpointConfiguration"]["types"],
            ),
        )
        self.assertNotIn("description", found)
        for path in ("/none", "/id"):
            self.refused("BadRequestException", self.patched, what=self.apis.update_rest_api, one=path)

    def test_resources(self) -> None:
        self.made()
        again = {"restApiId": self.api, "parentId": self.root, "pathPart": "hook"}
        self.refused("ConflictException", self.apis.create_resource, **again)
        self.refused("BadRequestException", self.apis.create_resource, **{**again, "pathPart": "a/b"})
        child = self.apis.create_resource(restApiId=self.api, parentId=self.resource, pathPart="{id}")
        self.assertEqual(("/hook/{id}", self.resource), (child["path"], child["parentId"]))
        plain, whole = (
            {r["path"]: r for r in self.apis.get_resources(restApiId=self.api, **more)["items"]}
            for more in ({}, {"embed": ["methods"]})
        )
        self.assertEqual({"POST": {}}, plain["/hook"]["resourceMethods"])
        self.assertEqual("NONE", whole["/hook"]["resourceMethods"]["POST"]["authorizationType"])
        self.apis.delete_resource(restApiId=self.api, resourceId=self.resource)
        (root,) = self.apis.get_resources(restApiId=self.api)["items"]
        self.assertEqual("/", root["path"])
        self.refused(
            "BadRequestException", self.apis.delete_resource, restApiId=self.api, resourceId=self.root
        )

    def test_methods_and_integrations(self) -> None:
        self.made()
        where = self.where
        self.refused("ConflictException", self.apis.put_method, **where, authorizationType="NONE")
        found = self.apis.get_method(**where)
        self.assertEqual(("AWS_PROXY", "POST"), tuple(found["methodIntegration"][n] for n in ("type", "httpMethod")))
        self.assertEqual(29000, found["methodIntegration"]["timeoutInMillis"])
        changed = self.patched(self.apis.update_integration, ("replace", "/timeoutInMillis", "1000"), **where)
        self.assertEqual(1000, changed["timeoutInMillis"])
        changed = self.patched(self.apis.update_method, ("replace", "/operationName", "hook"), **where)
        self.assertEqual("hook", changed["operationName"])
        too_long = {"op": "replace", "path": "/timeoutInMillis", "value": "30000"}
        self.refused("BadRequestException", self.apis.update_integration, **where, patchOperations=[too_long])
        wrong = {"op": "replace", "path": "/uri", "value": "arn:aws:lambda:none"}
        self.refused("BadRequestException", self.apis.update_integration, **where, patchOperations=[wrong])
        self.apis.delete_integration(**where)
        self.refused("NotFoundException", self.apis.get_integration, **where)
        self.apis.delete_method(**where)
        self.refused("NotFoundException", self.apis.get_method, **where)

    def test_a_deployment_needs_complete_methods(self) -> None:
        api = self.apis.create_rest_api(name="empty")["id"]
        self.refused("BadRequestException", self.apis.create_deployment, restApiId=api)
        self.made()
        self.apis.delete_integration(**self.where)
        error = self.refused("BadRequestException", self.apis.create_deployment, restApiId=self.api)
        self.assertIn("No integration defined for method", str(error))

    def test_a_deployment_in_use_stays(self) -> None:
        self.made()
        self.deployed()
        gone = {"restApiId": self.api, "deploymentId": self.deployment}
        self.refused("BadRequestException", self.apis.delete_deployment, **gone)
        newer = self.apis.create_deployment(restApiId=self.api, description="newer")["id"]
        stage = {"restApiId": self.api, "stageName": "v1"}
        none = [{"op": "replace", "path": "/deploymentId", "value": "none"}]
        self.refused("NotFoundException", self.apis.update_stage, **stage, patchOperations=none)
        self.patched(self.apis.update_stage, ("replace", "/deploymentId", newer), stageName="v1")
        self.apis.delete_deployment(**gone)
        (left,) = self.apis.get_deployments(restApiId=self.api)["items"]
        self.assertEqual((newer, "newer"), (left["id"], left["description"]))


class Stages(ApiTest):
    def setUp(self) -> None:
        super().setUp()
        self.made()
        self.deployed()

    def stage(self) -> dict[str, Any]:
        return self.apis.get_stage(restApiId=self.api, stageName="v1")

    def test_a_stage_is_made_once_and_of_a_deployment(self) -> None:
        wanted = {"restApiId": self.api, "deploymentId": self.deployment}
        self.refused("ConflictException", self.apis.create_stage, **wanted, stageName="v1")
        self.refused("BadRequestException", self.apis.create_stage, **wanted, stageName="v 1")
        wanted["deploymentId"] = "none"
        self.refused("NotFoundException", self.apis.create_stage, **wanted, stageName="v2")
        self.assertEqual(["v1"], [s["stageName"] for s in self.apis.get_stages(restApiId=self.api)["item"]])
        self.apis.delete_stage(restApiId=self.api, stageName="v1")
        self.refused("NotFoundException", self.stage)

    def test_method_settings(self) -> None:
        self.assertEqual({}, self.stage()["methodSettings"])
        self.patched(
            self.apis.update_stage,
            ("replace", "/*/*/throttling/rateLimit", "5.5"),
            ("replace", "/*/*/throttling/burstLimit", "7"),
            ("replace", "/~1hook/POST/metrics/enabled", "true"),
            ("replace", "/variables/a", "b"),
            stageName="v1",
        )
        found = self.stage()
        every, own = found["methodSettings"]["*/*"], found["methodSettings"]["~1hook/POST"]
        self.assertEqual((5.5, 7), (every["throttlingRateLimit"], every["throttlingBurstLimit"]))
        kept = tuple(own[name] for name in ("metricsEnabled", "throttlingRateLimit", "loggingLevel"))
        self.assertEqual((True, 10000.0, "OFF"), kept)
        self.assertEqual({"a": "b"}, found["variables"])
        self.patched(self.apis.update_stage, ("remove", "/*/*", None), stageName="v1")
        self.assertEqual(["~1hook/POST"], list(self.stage()["methodSettings"]))
        bad = [{"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "many"}]
        update = {"restApiId": self.api, "stageName": "v1", "patchOperations": bad}
        self.refused("BadRequestException", self.apis.update_stage, **update)

    def test_a_cache(self) -> None:
        found = self.patched(
            self.apis.update_stage,
            ("replace", "/cacheClusterEnabled", "true"),
            ("replace", "/cacheClusterSize", "0.5"),
            ("replace", "/*/*/caching/enabled", "true"),
            stageName="v1",
        )
        cache = tuple(found[f"cacheCluster{name}"] for name in ("Enabled", "Size", "Status"))
        self.assertEqual((True, "0.5", "AVAILABLE"), cache)
        self.assertTrue(found["methodSettings"]["*/*"]["cachingEnabled"])
        found = self.patched(self.apis.update_stage, ("replace", "/cacheClusterEnabled", "false"), stageName="v1")
        self.assertEqual("NOT_AVAILABLE", found["cacheClusterStatus"])

    def test_logs_need_the_account_s_role(self) -> None:
        group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:access"
        wanted = (
            ("replace", "/accessLogSettings/destinationArn", group),
            ("replace", "/accessLogSettings/format", "$context.requestId"),
        )
        with self.assertRaises(self.apis.exceptions.BadRequestException):
            self.patched(self.apis.update_stage, *wanted, stageName="v1")
        self.assertNotIn("accessLogSettings", self.stage())
        role = [{"op": "replace", "path": "/cloudwatchRoleArn", "value": self.role("other")}]
        self.refused("BadRequestException", self.apis.update_account, patchOperations=role)
        role[0]["value"] = self.role("logs", "apigateway.amazonaws.com")
        self.apis.update_account(patchOperations=role)
        self.assertEqual(role[0]["value"], self.apis.get_account()["cloudwatchRoleArn"])
        found = self.patched(self.apis.update_stage, *wanted, stageName="v1")
        self.assertEqual(group, found["accessLogSettings"]["destinationArn"])

    def test_tags(self) -> None:
        place = f"arn:aws:apigateway:{REGION}::/restapis/{self.api}"
        for arn in (place, f"{place}/stages/v1"):
            self.apis.tag_resource(resourceArn=arn, tags={"a": "1", "b": "2"})
            self.apis.untag_resource(resourceArn=arn, tagKeys=["a"])
            self.assertEqual({"b": "2"}, self.apis.get_tags(resourceArn=arn)["tags"])
        tagging = self.client("resourcegroupstaggingapi")
        filters = [{"Key": "b", "Values": ["2"]}]
        found = tagging.get_resources(TagFilters=filters, ResourceTypeFilters=["apigateway"])
        self.assertEqual(
            [place, f"{place}/stages/v1"], [item["ResourceARN"] for item in found["ResourceTagMappingList"]]
        )
        self.assertEqual(["function", "rest_api", "role", "stage"], self.kinds())
        self.refused("NotFoundException", self.apis.get_tags, resourceArn=f"{place}/stages/none")
        self.assertEqual([], [c["invalid"] for c in self.control("GET", "calls")["calls"] if c["invalid"]])
