"""What GitLab sends, in the shape of https://docs.gitlab.com/user/project/integrations/webhook_events/ and
https://docs.gitlab.com/administration/system_hooks/, with names of our own."""

import copy
from typing import Any

HOST = "gitlab.example.test"
REPOSITORY = "shops/acme-software"
BEFORE, COMMIT, NOTHING = "5" * 40, "0123456789abcdef0123456789abcdef01234567", "0" * 40

PROJECT = {
    "id": 41,
    "name": "Acme's software",
    "description": "",
    "web_url": f"https://{HOST}/{REPOSITORY}",
    "avatar_url": None,
    "git_ssh_url": f"git@{HOST}:{REPOSITORY}.git",
    "git_http_url": f"https://{HOST}/{REPOSITORY}.git",
    "namespace": "shops",
    "visibility_level": 0,
    "path_with_namespace": REPOSITORY,
    "default_branch": "dev",
    "ci_config_path": None,
    "homepage": f"https://{HOST}/{REPOSITORY}",
    "url": f"git@{HOST}:{REPOSITORY}.git",
    "ssh_url": f"git@{HOST}:{REPOSITORY}.git",
    "http_url": f"https://{HOST}/{REPOSITORY}.git",
}
OF_REPOSITORY = {
    "name": "Acme's software",
    "url": f"git@{HOST}:{REPOSITORY}.git",
    "description": "",
    "homepage": f"https://{HOST}/{REPOSITORY}",
    "git_http_url": f"https://{HOST}/{REPOSITORY}.git",
    "git_ssh_url": f"git@{HOST}:{REPOSITORY}.git",
    "visibility_level": 0,
}


def commit(id: str, message: str) -> dict[str, Any]:
    return {
        "id": id,
        "message": message,
        "title": message.partition("\n")[0],
        "timestamp": "2026-01-02T03:04:05+00:00",
        "url": f"https://{HOST}/{REPOSITORY}/-/commit/{id}",
        "author": {"name": "Robin Example", "email": "[REDACTED]"},
        "added": ["index.html"],
        "modified": [],
        "removed": [],
    }


def push(**changes: Any) -> dict[str, Any]:
    """Two commits onto dev. ``project`` changes what it names of the project."""
    project = PROJECT | changes.pop("project", {})
    commits = [commit("1" * 40, "The shop has a door"), commit(changes.get("after", COMMIT), "The door opens\n\nInwards.\n")]
    return copy.deepcopy(
        {
            "object_kind": "push",
            "event_name": "push",
            "before": BEFORE,
            "after": COMMIT,
            "ref": "refs/heads/dev",
            "ref_protected": True,
            "checkout_sha": changes.get("after", COMMIT),
            "message": None,
            "user_id": 7,
            "user_name": "Robin Example",
            "user_username": "robin",
            "user_email": "",
            "user_avatar": None,
            "project_id": 41,
            "project": project,
            "commits": commits,
            "total_commits_count": 2,
            "push_options": {},
            "repository": OF_REPOSITORY,
        }
        | changes
    )


def new_branch(branch: str) -> dict[str, Any]:
    """A branch of commits that GitLab knows already."""
    return push(ref=f"refs/heads/{branch}", before=NOTHING, commits=[], total_commits_count=0)


def deleted_branch() -> dict[str, Any]:
    return push(after=NOTHING, checkout_sha=None, commits=[], total_commits_count=0)


def force_push() -> dict[str, Any]:
    """The branch went back to an older commit."""
    return push(before="9" * 40, commits=[commit(COMMIT, "The shop is empty")], total_commits_count=0)


def many_commits(count: int) -> dict[str, Any]:
    """GitLab tells of the newest twenty, and how many there are."""
    told = [commit(f"{number:040x}", f"Step {number}") for number in range(1, 20)] + [commit(COMMIT, "The last step")]
    return push(commits=told, total_commits_count=count)


def tag_push() -> dict[str, Any]:
    tag = {"object_kind": "tag_push", "event_name": "tag_push", "before": NOTHING, "ref": "refs/tags/v1.0.0"}
    return push(**tag, message="A release", commits=[], total_commits_count=0)


def merge_request() -> dict[str, Any]:
    return {
        "object_kind": "merge_request",
        "event_type": "merge_request",
        "user": {"id": 7, "name": "Robin Example", "username": "robin", "avatar_url": None, "email": "[REDACTED]"},
        "project": PROJECT,
        "repository": OF_REPOSITORY,
        "object_attributes": {
            "id": 99,
            "iid": 1,
            "source_branch": "door",
            "target_branch": "dev",
            "title": "A door",
            "state": "merged",
            "action": "merge",
            "last_commit": commit(COMMIT, "The door opens"),
        },
        "labels": [],
        "changes": {},
    }


def system_hook() -> dict[str, Any]:
    return {
        "event_name": "project_create",
        "created_at": "2026-01-02T03:04:05Z",
        "updated_at": "2026-01-02T03:04:05Z",
        "name": "Acme's software",
        "owner_email": "robin@example.test",
        "owner_name": "Robin Example",
        "path": "acme-software",
        "path_with_namespace": REPOSITORY,
        "project_id": 41,
        "project_visibility": "private",
    }
