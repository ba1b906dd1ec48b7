"""API Gateway: REST APIs whose methods are answered by functions of Lambda, and can be called."""

from moto.apigateway import urls
from moto.apigateway.responses import APIGatewayResponse

from emulator.patching import only, parsed
from emulator.services.apigateway import account, apis, methods, stages, tags  # noqa: F401

# moto knows the tags of stages only.
urls.url_paths["{0}/tags/(?P<arn_of_anything>.+)$"] = APIGatewayResponse.dispatch
parsed(APIGatewayResponse)
only(
    APIGatewayResponse,
    "apigateway",
    "create_deployment",
    "create_resource",
    "create_rest_api",
    "create_stage",
    "delete_deployment",
    "delete_integration",
    "delete_method",
    "delete_resource",
    "delete_rest_api",
    "delete_stage",
    "get_account",
    "get_deployment",
    "get_deployments",
    "get_integration",
    "get_method",
    "get_resource",
    "get_resources",
    "get_rest_api",
    "get_rest_apis",
    "get_stage",
    "get_stages",
    "get_tags",
    "put_integration",
    "put_method",
    "tag_resource",
    "untag_resource",
    "update_account",
    "update_deployment",
    "update_integration",
    "update_method",
    "update_rest_api",
    "update_stage",
)
