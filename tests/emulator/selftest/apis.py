"""What tests of API Gateway have in common: an API with a method that a function answers."""

import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from emulator.selftest.harness import ACCOUNT, REGION
from emulator.selftest.lambdas import ECHO, FunctionTest

FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:hook"
URI = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"


class ApiTest(FunctionTest):
    def setUp(self) -> None:
        super().setUp()
        self.apis = self.client("apigateway")

    def made(self, code: str = ECHO, **changes: Any) -> None:
        """An API with ``POST /hook``, answered by a new function."""
        super().made(code, **changes)
        regional = {"types": ["REGIONAL"]}
        made = self.apis.create_rest_api(name="hooks", description="d", endpointConfiguration=regional)
        self.api, self.root = made["id"], made["rootResourceId"]
        self.resource, self.where = self.path("hook")
        self.answered(**self.where)

    def path(self, part: str, parent: str | None = None) -> tuple[str, dict[str, str]]:
        """A new resource's id, and where its POST is."""
        parent = parent or self.root
        made = self.apis.create_resource(restApiId=self.api, parentId=parent, pathPart=part)["id"]
        return made, {"restApiId": self.api, "resourceId": made, "httpMethod": "POST"}

    def answered(self, **where: str) -> None:
        """A method that the function answers."""
        self.apis.put_method(**where, authorizationType="NONE")
        self.apis.put_integration(**where, type="AWS_PROXY", integrationHttpMethod="POST", uri=URI)

    def deployed(self) -> None:
        """Deploy to the stage ``v1``."""
        self.deployment = self.apis.create_deployment(restApiId=self.api)["id"]
        wanted = {"restApiId": self.api, "stageName": "v1", "deploymentId": self.deployment}
        self.apis.create_stage(**wanted)

    def let_in(self) -> None:
        """Let the API call the function."""
        self.functions.add_permission(
            FunctionName="hook",
            StatementId="gateway",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{self.api}/v1/*",
        )

    def patched(
        self, what: Callable[..., Any], *operations: tuple[str, str, str | None], one: str = "", **where: str
    ) -> dict[str, Any]:
        """The answer to a patch of these operations, or to the replacement of ``one`` path."""
        wanted = operations or (("replace", one, "x"),)
        listed = [
            {"op": op, "path": path, **({} if value is None else {"value": value})} for op, path, value in wanted
        ]
        return what(**{"restApiId": self.api, **where}, patchOperations=listed)

    def ask(
        self,
        path: str = "/hook",
        body: bytes = b"{}",
        headers: dict[str, str] | None = None,
        method: str = "POST",
        stage: str = "v1",
    ) -> tuple[int, bytes, Any]:
        """Status, body and headers of what the stage's URL answers."""
        url = f"{self.endpoint}/restapis/{self.api}/{stage}/_user_request_{path}"
        request = urllib.request.Request(url, body, headers or {}, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.read(), error.headers
