"""What callers may do."""

import json
from typing import Any

from emulator.selftest.harness import ACCOUNT, REGION, EmulatorTest

KEY = "AKIALIMITED000000000"
NEEDED = {
    "ec2:DescribeVpcs": ["ec2:DescribeVpcs"],
    "ssm:GetParameter": ["ssm:GetParameter"],
    "s3:DeleteObjects": ["s3:DeleteObject", "s3:DeleteObjectVersion"],
    "sts:GetCallerIdentity": [],
    "iam:CreateRole": ["iam:CreateRole"],
    "iam:GetRole": ["iam:GetRole"],
    "apigateway:GetRestApi": ["apigateway:GET"],
    "apigateway:GetResources": ["apigateway:GET"],
    "apigateway:GetTags": ["apigateway:GET"],
    "apigateway:CreateResource": ["apigateway:POST"],
    "apigateway:CreateRestApi": ["apigateway:POST"],
    "apigateway:UpdateStage": ["apigateway:PATCH"],
}


class PermissionsTest(EmulatorTest):
    def permit(self, *statements: tuple[str | list[str], str | list[str]]) -> None:
        policy = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": a, "Resource": r} for a, r in statements],
        }
        self.control("POST", "permissions", {"access_key": KEY, "policy": policy, "needed": NEEDED})

    def client(self, service: str, key: str = KEY) -> Any:
        return super().client(service, key)

    def test_a_caller_without_a_policy_may_do_everything(self) -> None:
        self.permit(("ssm:GetParameter", "*"))
        self.client("ec2", "AKIAOTHER00000000000").describe_vpcs()

    def test_what_no_statement_allows_is_refused_in_the_services_own_words(self) -> None:
        self.permit(("ssm:GetParameter", "*"))
        self.client("sts").get_caller_identity()
        self.refused("UnauthorizedOperation", self.client("ec2").describe_vpcs)
        self.refused("AccessDenied", self.client("iam").get_role, RoleName="nobody")
        self.refused("AccessDeniedException", self.client("kms").list_keys)
        self.refused("ParameterNotFound", self.client("ssm").get_parameter, Name="/a")
        self.control("DELETE", "permissions")
        self.client("ec2").describe_vpcs()

    def test_resources_are_told_by_names(self) -> None:
        ssm, iam = self.client("ssm"), self.client("iam")
        self.permit(
            ("ssm:GetParameter", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/paas/*"),
            (["iam:CreateRole", "iam:GetRole"], [f"arn:aws:iam::{ACCOUNT}:role/paas/*"]),
        )
        self.refused("ParameterNotFound", ssm.get_parameter, Name="/paas/a")
        self.refused("AccessDeniedException", ssm.get_parameter, Name="/other/a")
        self.refused("AccessDeniedException", ssm.get_parameter, Name="/aws/service/a")
        trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        role = {"AssumeRolePolicyDocument": json.dumps({"Version": "2012-10-17", "Statement": [trust]})}
        self.refused("AccessDenied", iam.create_role, Path="/", RoleName="web", **role)
        iam.create_role(Path="/paas/dev/", RoleName="web", **role)
        iam.get_role(RoleName="web")
        super().client("iam").create_role(RoleName="admin", **role)
        self.refused("AccessDenied", iam.get_role, RoleName="admin")

    def test_resources_of_api_gateway_are_paths(self) -> None:
        everything = super().client("apigateway")
        api = everything.create_rest_api(name="hooks")
        where = {"restApiId": api["id"]}
        self.permit(
            ("apigateway:GET", f"arn:aws:apigateway:{REGION}::/restapis/{api['id']}"),
            ("apigateway:POST", f"arn:aws:apigateway:{REGION}::/restapis/{api['id']}/resources/*"),
            ("apigateway:PATCH", f"arn:aws:apigateway:{REGION}::/restapis/*/stages/v1"),
        )
        apis = self.client("apigateway")
        apis.get_rest_api(**where)
        self.refused("AccessDeniedException", apis.get_resources, **where)
        apis.create_resource(**where, parentId=api["rootResourceId"], pathPart="hook")
        self.refused("AccessDeniedException", apis.create_rest_api, name="other")
        self.refused("NotFoundException", apis.update_stage, **where, stageName="v1")
        self.refused("AccessDeniedException", apis.update_stage, **where, stageName="v2")
        arn = f"arn:aws:apigateway:{REGION}::/restapis/{api['id']}"
        self.refused("AccessDeniedException", apis.get_tags, resourceArn=arn)

    def test_an_operation_may_need_several_actions(self) -> None:
        objects = {"Bucket": "paas-b", "Delete": {"Objects": [{"Key": "a"}]}}
        self.permit(("s3:DeleteObject", "arn:aws:s3:::paas-*/*"))
        self.refused("AccessDenied", self.client("s3").delete_objects, **objects)
        self.permit((["s3:DeleteObject", "s3:DeleteObjectVersion"], "arn:aws:s3:::paas-*/*"))
        self.refused("NoSuchBucket", self.client("s3").delete_objects, **objects)
