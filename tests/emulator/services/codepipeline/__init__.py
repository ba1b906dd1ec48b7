"""CodePipeline: declarations that are checked, executions that walk their stages."""

from moto.codepipeline.responses import CodePipelineResponse

from emulator.patching import only
from emulator.services.codepipeline import pipelines, state  # noqa: F401

only(
    CodePipelineResponse,
    "codepipeline",
    "create_pipeline",
    "delete_pipeline",
    "get_pipeline",
    "get_pipeline_execution",
    "get_pipeline_state",
    "list_action_executions",
    "list_pipeline_executions",
    "list_pipelines",
    "list_tags_for_resource",
    "put_approval_result",
    "retry_stage_execution",
    "start_pipeline_execution",
    "stop_pipeline_execution",
    "tag_resource",
    "untag_resource",
    "update_pipeline",
)
