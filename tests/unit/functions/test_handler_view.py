"""What a handler sees: variables, context, libraries, files (lambda-execution sections 4, 5, 6)."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable

from tests.unit.functions.world import ACCOUNT, REGION, World

from gatelet.functions.invocation import FunctionTarget

ENVIRONMENT = "import os\ndef handler(event, context):\n    return dict(os.environ)\n"


def test_environment_variables(world: World) -> None:
    target = world.function(
        ENVIRONMENT,
        name="named",
        Runtime="python3.13",
        MemorySize=256,
        Environment={"Variables": {"OWN": "1", "AWS_REGION": "elsewhere", "_HIDDEN": "x", "LANG": "de"}},
    )
    seen = world.value(target)
    expected = {
        "AWS_LAMBDA_FUNCTION_NAME": "named",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/named",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "ASIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret of named",
        "AWS_SESSION_TOKEN": f"{ACCOUNT} arn:aws:iam::{ACCOUNT}:role/r",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
        "_HANDLER": "app.handler",
        "TZ": ":UTC",
        "OWN": "1",
        "LANG": "de",
        "_X_AMZN_TRACE_ID": "Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=6950fb06:0",
    }
    assert {name: seen.get(name) for name in expected} == expected
    assert "_HIDDEN" not in seen
    assert "HOME" not in seen
    assert seen["AWS_LAMBDA_LOG_STREAM_NAME"] == world.log_events(target)[0][0]
    assert seen["PWD"] == seen["LAMBDA_TASK_ROOT"]


def test_the_context_object(world: World) -> None:
    source = """
def handler(event, c):
    return [c.function_name, c.function_version, c.invoked_function_arn, c.memory_limit_in_mb, c.aws_request_id,
        c.log_group_name, c.log_stream_name, c.identity.cognito_identity_id, c.tenant_id,
        c.client_context.custom if c.client_context else None,
        c.client_context.client.app_title if c.client_context else None, 0 < c.get_remaining_time_in_millis() <= 3000]
"""
    target = world.function(source, name="contextual")
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:contextual"
    context = b'{"custom": {"a": 1}, "client": {"app_title": "t", "more": 1}}'
    result = world.invoke(target, client_context=context)
    name, version, invoked, memory, request_id, group, _, identity, tenant, custom, title, timely = json.loads(
        result.payload
    )
    assert (name, version, invoked, memory) == ("contextual", "$LATEST", arn, "128")
    assert (request_id, group, identity, tenant) == (result.request_id, "/aws/lambda/contextual", None, None)
    assert (custom, title, timely) == ({"a": 1}, "t", True)
    qualified = world.invoke(FunctionTarget(ACCOUNT, REGION, "contextual", "$LATEST"))
    assert json.loads(qualified.payload)[2] == f"{arn}:$LATEST"


def test_a_client_context_that_is_not_json(forking: World) -> None:
    result = forking.invoke(forking.function("def handler(e, c):\n    return 1\n"), client_context=b"{")
    assert json.loads(result.payload)["errorType"] == "Runtime.LambdaContextUnmarshalError"


def test_libraries_come_from_the_runtime_and_never_from_the_server(world: World) -> None:
    source = """
import sys
def handler(event, context):
    import borrowed
    found = []
    for name in ("orjson", "uvloop", "pytest", "gatelet"):
        try:
            __import__(name)
            found.append(name)
        except ImportError:
            pass
    return [borrowed.version(), found, sys.path[0] == context_root(), [p for p in sys.path if "site-packages" in p]]
def context_root():
    import os
    return os.environ["LAMBDA_TASK_ROOT"]
"""
    assert world.value(world.function(source)) == ["of the runtime", [], True, []]


def test_what_the_function_brings_wins(world: World) -> None:
    """``/var/task`` comes first on ``sys.path``, whatever a zygote has loaded before."""
    files = {
        "app.py": (
            "import borrowed, uuid, decimal\n"
            "def handler(e, c):\n    return [borrowed.version(), uuid.OWN, hasattr(decimal, 'Decimal')]\n"
        ),
        "borrowed/__init__.py": "def version():\n    return 'own'\n",
        "uuid.py": "OWN = 'own uuid'\n",
    }
    assert world.value(world.function(files)) == ["own", "own uuid", True]


def test_handlers_in_folders(world: World) -> None:
    """``a/b.handler`` and ``a.b.handler`` name the same (section 6)."""
    files = {
        "a/b.py": "def handler(e, c):\n    return __name__\n",
        "frames.py": "def handler(e, c):\n    return 'own'\n",
    }
    assert world.value(world.function(files, Handler="a/b.handler")) == "a.b"
    assert world.value(world.function(files, Handler="a.b.handler")) == "a.b"
    # Names of the runtime's own modules are free for the function's.
    assert world.value(world.function(files, Handler="frames.handler")) == "own"


def test_the_code_directory_is_the_working_directory_and_read_only(world: World) -> None:
    source = """
import os
def handler(event, context):
    root = os.getcwd()
    return [root == os.environ["LAMBDA_TASK_ROOT"], os.stat(root).st_mode & 0o222, os.stat("data/x").st_mode & 0o777,
        open("data/x").read(), sorted(os.listdir("."))]
"""
    answer = world.value(world.function({"app.py": source, "data/x": "read me"}))
    assert answer == [True, 0, 0o444, "read me", ["app.py", "data"]]


def test_nothing_is_inherited_but_the_channel(world: World) -> None:
    """Standard streams and the channel's sockets; no variable and no signal handling of the gateway."""
    os.environ["GATELET_TEST_SECRET"] = "of the gateway"
    source = """
import os, signal
def handler(event, context):
    opened = [f"/proc/self/fd/{fd}" for fd in sorted(map(int, os.listdir("/proc/self/fd")))]
    kinds = [os.readlink(fd).partition(":")[0] for fd in opened if os.path.lexists(fd)]
    return [kinds, "GATELET_TEST_SECRET" in os.environ, os.getsid(0) == os.getpid()]
"""
    try:
        kinds, leaked, leader = world.value(world.function(source))
    finally:
        del os.environ["GATELET_TEST_SECRET"]
    assert (kinds[0], kinds[1:3], kinds.count("socket"), leaked, leader) == (
        "/dev/null",
        ["pipe", "pipe"],
        2 if sys.platform == "linux" else 1,
        False,
        True,
    )
    assert len(kinds) <= 6


def test_limits_are_set(world: World) -> None:
    """Section 4: 1,024 open files; design section 4: no new privileges, workers die first when memory is short."""
    source = """
import resource
def handler(event, context):
    status = dict(line.split(":\\t") for line in open("/proc/self/status").read().splitlines() if ":\\t" in line)
    return [resource.getrlimit(resource.RLIMIT_NOFILE), resource.getrlimit(resource.RLIMIT_CORE),
        status["NoNewPrivs"], open("/proc/self/oom_score_adj").read().strip()]
"""
    assert world.value(world.function(source)) == [[1024, 1024], [0, 0], "1", "1000"]


def test_workers_have_a_uid_of_their_own_where_the_host_allows_it(world: World) -> None:
    target = world.function("import os\ndef handler(e, c):\n    return [os.getuid(), os.getgid(), os.getgroups()]\n")
    other = world.function("import os\ndef handler(e, c):\n    return os.getuid()\n")
    uid, gid, groups = world.value(target)
    if world.service.sandbox["users"] == "on":
        assert (uid == gid, uid >= 60_000, groups) == (True, True, [])
        assert world.value(other) not in (uid, os.getuid())
    else:
        assert (uid, world.value(other)) == (os.getuid(), os.getuid())


def test_the_users_name_is_lambdas(world: World) -> None:
    """lambda-execution section 4, "Sandbox facts"; libraries ask for it, and some cannot be imported without."""
    source = """
import getpass, os, subprocess
def handler(event, context):
    try:
        writable = os.access("/etc/passwd", os.W_OK) or bool(open("/etc/passwd", "a"))
    except OSError:
        writable = False
    told = subprocess.run(["id", "-un"], capture_output=True, text=True).stdout.strip()
    return [getpass.getuser(), told, os.path.expanduser("~"), writable, os.path.exists("/tmp/.passwd")]
"""
    seen = world.value(world.function(source))
    if world.service.sandbox["users"] == "on" and world.service.sandbox["namespaces"] == "on":
        assert seen == ["sbx_user1051", "sbx_user1051", "/home/sbx_user1051", False, False]
    else:
        assert seen[0] == seen[1] != ""


def test_random_numbers_differ_between_forks(make_world: Callable[..., World]) -> None:
    world = make_world()
    source = "import random, uuid\ndef handler(e, c):\n    return [random.random(), str(uuid.uuid4())]\n"
    drawn = [value for _ in range(3) for value in world.value(world.function(source))]
    assert len(set(drawn)) == 6


def test_child_processes_and_threads(world: World) -> None:
    """What a handler starts can print without harm to the channel."""
    source = """
import multiprocessing, subprocess, sys, threading
def talk(what):
    print(what)
def handler(event, context):
    child = multiprocessing.get_context("fork").Process(target=talk, args=("from a fork",))
    child.start(); child.join()
    thread = threading.Thread(target=talk, args=("from a thread",))
    thread.start(); thread.join()
    subprocess.run(["echo", "from a command"], stdout=sys.stdout, check=True)
    return child.exitcode
"""
    target = world.function(source)
    assert world.value(target) == 0
    log = world.log(target)
    assert {"from a fork\n", "from a thread\n", "from a command\n"} <= set(log)
