"""``gatelet``: the commands and their flags.

Exit codes: 0 done; 1 it could not be done (the reason is on standard error); 2 the command line or the
configuration is wrong; 3 no Gatelet answers at the endpoint; 130 interrupted.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import gatelet
from gatelet.cli.failure import CommandFailed
from gatelet.server.config import SETTINGS, Config, load
from gatelet.server.errors import CannotStart, InvalidConfiguration

if TYPE_CHECKING:
    _Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - it has no other name

_EPILOG = """\
a first walk:
  gatelet up examples/users           start, deploy the example, follow its log
  curl "$URL/users?userId=12345"      call it (up prints the line)
  gatelet invoke usersFunction --event event.json
  gatelet logs -f usersFunction
AWS clients need the endpoint, a region and keys in the environment, nothing else:
  export AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_DEFAULT_REGION=us-east-1
  export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
Every setting is a flag of `start` and `up`, an environment variable and a key of gatelet.toml:
  gatelet start --help
exit codes:
  0 done; 1 it could not be done; 2 the command line or the configuration is wrong;
  3 no Gatelet answers at the endpoint; 130 interrupted
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    if arguments.command is None:
        parser.print_help()
        return 2
    try:
        flags = {setting.name: getattr(arguments, setting.name, None) for setting in SETTINGS}
        config = load(flags, file=getattr(arguments, "config", None))
        return _command(arguments.command)(arguments, config)
    except InvalidConfiguration as error:
        return _failed(error, 2)
    except CommandFailed as error:
        return _failed(error, error.exit_code)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Who read our output left; nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (CannotStart, OSError) as error:
        return _failed(error, 1)


def _failed(error: Exception, code: int) -> int:
    print(f"gatelet: {error}", file=sys.stderr)
    return code


def _command(name: str) -> Callable[[argparse.Namespace, Config], int]:
    module = importlib.import_module(f"gatelet.cli.{name.replace('-', '_')}")
    run: Callable[[argparse.Namespace, Config], int] = module.run
    return run


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gatelet",
        description="Serverless REST APIs on your own machine, wire-compatible with AWS.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"gatelet {gatelet.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    _add_server_commands(commands)
    _add_client_commands(commands)
    _add_top(commands)
    _add_identity_commands(commands)
    _add_own_commands(commands)
    return parser


def _add_server_commands(commands: _Commands) -> None:
    up = commands.add_parser("up", help="start, deploy a directory, follow the log", description=_UP)
    up.add_argument("directory", nargs="?", type=Path, default=Path(), metavar="DIR", help="holds deploy.py")
    up.add_argument("--watch", action="store_true", help="deploy every change of DIR: the next request runs it")
    _server_flags(up)

    start = commands.add_parser(
        "start",
        help="start the server and stay in the foreground",
        description="Start Gatelet and serve until SIGTERM or Ctrl-C; running requests are answered first. The first "
        "line printed is `Gatelet is ready on URL`. In the secure mode the first start prints the root key, once.",
    )
    _server_flags(start)


def _add_client_commands(commands: _Commands) -> None:
    status = commands.add_parser(
        "status",
        help="tell what a running Gatelet is and holds",
        description="Tell version, mode, state and sandbox of a running Gatelet, and the functions and REST APIs of "
        "a region with their invoke URLs. Exit code 3: none answers.",
    )
    _client_flags(status)

    invoke = commands.add_parser(
        "invoke",
        help="run a function once and print its answer",
        description="Run a function once: its answer on standard output, its log on standard error. Exit code 1: the "
        "function failed, or could not be called. With --debug it runs in an environment of its own that waits "
        "for a debugger before the handler's module is imported; what your editor needs to attach is printed.",
    )
    invoke.add_argument("function", metavar="FUNCTION", help="name or ARN")
    invoke.add_argument("--event", metavar="FILE", help="JSON file; - reads standard input (default: {})")
    invoke.add_argument("--debug", action="store_true", help="wait for a debugger (debugpy), with no limit of time")
    invoke.add_argument(
        "--port", type=int, default=5678, dest="debug_port", metavar="PORT", help="where it waits (default: 5678)"
    )
    invoke.add_argument(
        "--sources", type=Path, default=Path(), metavar="DIR", help="holds the function's sources (default: here)"
    )
    invoke.add_argument("--quiet", "-q", action="store_true", help="do not show the invocation's log on standard error")
    _client_flags(invoke)

    explain = commands.add_parser(
        "explain",
        help="tell why a request went as it did",
        description="Tell the story of a request to an invoke URL, by the x-amzn-RequestId (or x-amz-apigw-id) of its "
        "answer: which methods its path could have meant, who decided that it may pass or not and by which statement, "
        "its API key and plan, the cache, the integration. Exit code 1: the request is not known (any more).",
    )
    explain.add_argument("request", metavar="REQUEST_ID", help="x-amzn-RequestId or x-amz-apigw-id")
    _client_flags(explain)

    logs = commands.add_parser(
        "logs",
        help="print the logs of functions",
        description="Print the log of a function, of several, or of all (none named), the newest hour of it unless "
        "told otherwise. Several together have the function before each line, in colour on a terminal.",
    )
    logs.add_argument(
        "function", metavar="FUNCTION", nargs="*", help="function name, or a log group's full name; none: all"
    )
    logs.add_argument("-f", "--follow", action="store_true", help="go on until Ctrl-C")
    logs.add_argument("--since", type=float, default=3600.0, metavar="SECONDS", help="how far back (default: 3600)")
    _client_flags(logs)


def _add_top(commands: _Commands) -> None:
    top = commands.add_parser(
        "top",
        help="watch rates, errors and latencies live",
        description="Show what a running Gatelet does, by API and stage and by function: rates, errors, latencies, "
        "concurrency, environments. Again every interval until Ctrl-C, or once.",
    )
    top.add_argument("--once", action="store_true", help="measure one interval, print it, end")
    top.add_argument("--interval", type=_interval, default=1.0, metavar="SECONDS", help="0.1 or more (default: 1)")
    _client_flags(top)


def _add_identity_commands(commands: _Commands) -> None:
    credentials = commands.add_parser(
        "credentials",
        help="write an AWS profile for a running Gatelet",
        description="Write a profile with endpoint, region and keys into AWS's own files (~/.aws): the keys of the "
        "environment (default: test/test), or with --user a new key of that user. Other profiles stay as they are.",
    )
    credentials.add_argument("--profile", default="gatelet", metavar="NAME", help="its name (default: gatelet)")
    credentials.add_argument("--user", metavar="NAME", help="make a new access key of this IAM user and write that")
    _client_flags(credentials)

    iam = commands.add_parser("iam", help="ask who may do what", description="Questions about permissions.")
    questions = iam.add_subparsers(dest="question", metavar="QUESTION", required=True)
    simulate = questions.add_parser(
        "simulate",
        help="may X do Y on Z, and by which statement",
        description="Ask IAM's simulator. Exit code 1: it is not allowed.",
    )
    simulate.add_argument("principal", metavar="PRINCIPAL", help="an ARN, user/NAME, role/NAME or group/NAME")
    simulate.add_argument("action", metavar="ACTION", help="for example lambda:InvokeFunction")
    simulate.add_argument("resource", metavar="RESOURCE", nargs="?", default="*", help="an ARN (default: *)")
    simulate.add_argument(
        "--context", metavar="KEY=VALUE", action="append", help="a condition key; again for more keys and values"
    )
    _client_flags(simulate)


def _add_own_commands(commands: _Commands) -> None:
    version = commands.add_parser("version", help="print the version")
    version.add_argument("--json", action="store_true", help="print JSON")

    runtime = commands.add_parser(
        "install-runtime",
        help="install boto3 for functions",
        description="Install what functions find beside their "
        "code (boto3, as on AWS) into the runtime directory, apart from Gatelet's own packages.",
    )
    runtime.add_argument("--requirements", type=Path, metavar="FILE", help="a lock file (default: boto3, newest)")
    runtime.add_argument("--debug", action="store_true", help="install debugpy, too: gatelet invoke --debug needs it")
    runtime.add_argument("--runtime-dir", metavar="DIR", dest="runtime_dir")


_UP = """Start Gatelet (unless one runs on the port), run DIR/deploy.py with the endpoint, a region and keys in its
environment (any script that talks to AWS; boto3 is there for it), and follow the log of every function until
Ctrl-C."""


def _interval(text: str) -> float:
    seconds = float(text)
    if not 0.1 <= seconds <= 3600:
        raise argparse.ArgumentTypeError("from 0.1 to 3600 seconds")
    return seconds


def _server_flags(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("settings (flag over environment variable over gatelet.toml)")
    group.add_argument("--config", type=Path, metavar="FILE", help="configuration file (default: ./gatelet.toml)")
    for setting in SETTINGS:
        default = f" (default: {setting.default})" if setting.default else ""
        group.add_argument(
            f"--{setting.name.replace('_', '-')}",
            dest=setting.name,
            metavar=setting.kind.upper(),
            help=f"{setting.meaning}{default} [{setting.variable}]",
        )


def _client_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--endpoint",
        metavar="URL",
        help="a running Gatelet (default: AWS_ENDPOINT_URL, then the configured host and port)",
    )
    parser.add_argument(
        "--region", metavar="NAME", help="the region to look in (default: AWS_REGION, then the configured one)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


if __name__ == "__main__":
    sys.exit(main())
