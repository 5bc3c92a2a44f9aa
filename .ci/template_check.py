"""Checks of template.yaml that no linter makes.

Translates the template as CloudFormation would, then looks for dependency cycles, for routes that lead to the wrong
function, for defaults and policies that hurt a first deployment, and for names that the code spells differently. Prints
what is wrong and exits with 1, else says what it saw.
"""

import copy
import json
import pathlib
import re
import sys

from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

ROOT = pathlib.Path(__file__).resolve().parent.parent
TEMPLATE = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "template.yaml"

FUNCTIONS = {
    "ChannelWebhook": ("channel-webhook", 10, 256),
    "ProductEvents": ("product-events", 10, 256),
    "InstallHook": ("install-hook", 29, 256),
    "Relay": ("relay", 30, 512),
}

ROUTES = {
    "GET /channels/{installation}/{token}": "ChannelWebhook",
    "POST /channels/{installation}/{token}": "ChannelWebhook",
    "GET /media/{name}": "ChannelWebhook",
    "HEAD /media/{name}": "ChannelWebhook",
    "POST /helpdesks/{installation}/{token}": "ProductEvents",
    "POST /helpdesks/{installation}/{token}/message": "ProductEvents",
    "$default": "InstallHook",
}

VARIABLES = {
    "TABLE_NAME",
    "QUEUE_URL",
    "DLQ_URL",
    "PUBLIC_URL",
    "ADMIN_KEY_SHA256",
    "VAULT",
    "MEDIA_URL",
    "RUST_LOG",
}

# The resources with the installations and their files. They are kept when the stack is deleted or the resource is
# replaced, but not after a first deployment that fails.
KEPT = {"Table", "VaultKey", "MediaBucket"}

# The number of concurrent Lambda invocations of a new AWS account, for all functions together. The relay gets half.
NEW_ACCOUNT_CONCURRENCY = 10

# The metrics that the relay writes, with the statistic of their alarms. Each has an alarm per side and is on the
# dashboard. SQS's own age metric leaves out messages that were received several times.
METRICS = {"DeadMessages": "Sum", "WaitingMessageAge": "Maximum"}
SIDES = {"channel", "helpdesk"}

# The names that the template and the code share, by the file that must spell them in the same way if it exists.
SPELLED_IN = {
    "shared/src/outside/config.rs": VARIABLES,
    "shared/src/outside/metrics.rs": {"byoc", "FunctionName", "Side", *METRICS},
    "infra/local/src/table/mod.rs": {"expires_at"},
}


def main():
    template = yaml_parse(TEMPLATE.read_text())
    translated = translate(template)
    resources = translated["Resources"]
    graph = {name: references(resource) & resources.keys() for name, resource in resources.items()}
    problems = [
        *cycle_problems(graph),
        *function_problems(template),
        *route_problems(template["Resources"]),
        *concurrency_problems(template["Parameters"]),
        *kept_problems(template["Resources"]),
        *log_problems(template["Resources"]),
        *table_problems(template["Resources"]["Table"]["Properties"]),
        *metric_problems(template["Resources"]),
        *policy_problems(resources),
        *spelling_problems(),
    ]
    for problem in problems:
        print(f"template.yaml: {problem}", file=sys.stderr)
    edges = sum(map(len, graph.values()))
    print(f"{len(resources)} resources, {edges} dependencies, {len(ROUTES)} routes: {len(problems)} problems")
    return 1 if problems else 0


def translate(template):
    """Returns the template after the SAM transform, as CloudFormation gets it."""
    template = copy.deepcopy(template)
    globals_ = template.get("Globals", {}).get("Function", {})
    if globals_.get("CodeUri") == ".":
        globals_["CodeUri"] = "s3://bucket/key"
    parameters = {name: str(value.get("Default", "0" * 64)) for name, value in template["Parameters"].items()}
    translator = Translator(managed_policy_map(), Parser())
    return translator.translate(template, parameters, feature_toggle=None)


def managed_policy_map():
    name = "service-role/AWSLambdaBasicExecutionRole"
    return {"AWSLambdaBasicExecutionRole": f"arn:aws:iam::aws:policy/{name}"}


def references(node):
    """Returns every name that a part of the template refers to."""
    if isinstance(node, list):
        return set().union(*map(references, node))
    if not isinstance(node, dict):
        return set()
    found = set()
    for key, value in node.items():
        if key == "Ref":
            found.add(value)
        elif key == "Fn::GetAtt":
            found.add(value[0] if isinstance(value, list) else value.split(".")[0])
        elif key == "Fn::Sub":
            text, names = value if isinstance(value, list) else (value, {})
            found |= {name.split(".")[0] for name in re.findall(r"\$\{([^!}]+)\}", text)} - names.keys()
            found |= references(names)
        elif key == "DependsOn":
            found |= {value} if isinstance(value, str) else set(value)
        else:
            found |= references(value)
    return found


def cycle_problems(graph):
    done = set()

    def visit(name, path):
        if name in path:
            return [f"dependency cycle: {' -> '.join([*path[path.index(name):], name])}"]
        if name in done:
            return []
        problems = [problem for other in sorted(graph[name]) for problem in visit(other, [*path, name])]
        done.add(name)
        return problems

    return [problem for name in sorted(graph) for problem in visit(name, [])]


def function_problems(template):
    defaults = template["Globals"]["Function"]
    variables = defaults["Environment"]["Variables"].keys()
    if variables != VARIABLES:
        yield f"environment variables differ: {sorted(variables ^ VARIABLES)}"
    functions = {name for name, r in template["Resources"].items() if r["Type"] == "AWS::Serverless::Function"}
    if functions != FUNCTIONS.keys():
        yield f"functions differ: {sorted(functions ^ FUNCTIONS.keys())}"
    for name in functions & FUNCTIONS.keys():
        resource = template["Resources"][name]
        properties = {**defaults, **resource["Properties"]}
        seen = (
            resource["Metadata"]["BuildProperties"]["Binary"],
            properties["Timeout"],
            properties["MemorySize"],
        )
        if seen != FUNCTIONS[name]:
            yield f"{name} is {seen}, not {FUNCTIONS[name]}"
        if not (ROOT / "functions" / seen[0] / "Cargo.toml").is_file():
            yield f"{name} builds functions/{seen[0]}, which does not exist"


def route_problems(resources):
    seen = {}
    for name, resource in resources.items():
        if resource["Type"] == "AWS::ApiGatewayV2::Route":
            integration = references(resource["Properties"]["Target"])
            functions = references([resources[i]["Properties"]["IntegrationUri"] for i in integration])
            seen[resource["Properties"]["RouteKey"]] = "".join(functions)
    for key in sorted(seen.keys() | ROUTES.keys()):
        if seen.get(key) != ROUTES.get(key):
            yield f"{key} leads to {seen.get(key)}, not to {ROUTES.get(key)}"
    permitted = references(
        [r["Properties"]["FunctionName"] for r in resources.values() if r["Type"] == "AWS::Lambda::Permission"]
    )
    for function in sorted(set(ROUTES.values()) - permitted):
        yield f"the API may not invoke {function}"


def concurrency_problems(parameters):
    default = parameters["RelayConcurrency"]["Default"]
    if default > NEW_ACCOUNT_CONCURRENCY // 2:
        yield f"RelayConcurrency {default} leaves a new account's webhooks too little of {NEW_ACCOUNT_CONCURRENCY}"


def kept_problems(resources):
    for name, resource in resources.items():
        policies = (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy"))
        if name in KEPT and policies != ("RetainExceptOnCreate", "Retain"):
            yield f"{name} has the policies {policies}"
        if name not in KEPT and policies[0] not in (None, "Delete"):
            yield f"{name} outlives the stack"
    for name in sorted(KEPT - resources.keys()):
        yield f"there is no {name}"


def log_problems(resources):
    """Generated URLs are capabilities: neither path nor query may reach the access log."""
    allowed = {
        "requestId", "requestTime", "routeKey", "status", "responseLatency", "integrationLatency",
        "integrationErrorMessage", "responseLength",
    }
    logged = set(re.findall(r"\$context\.(\w+)", resources["Stage"]["Properties"]["AccessLogSettings"]["Format"]))
    for variable in sorted(logged - allowed):
        yield f"the access log must not have $context.{variable}"
    if "routeKey" not in logged:
        yield "the access log lacks $context.routeKey"


def table_problems(table):
    """The local bridge and the simulation make their table from infra/table.json."""
    for name, value in json.loads((ROOT / "infra/table.json").read_text()).items():
        if table.get(name) != value:
            yield f"the table's {name} is {table.get(name)}, and another one in infra/table.json"
    if table["TimeToLiveSpecification"]["AttributeName"] != "expires_at":
        yield "the time to live is not expires_at"


def metric_problems(resources):
    """An alarm on a metric that nobody writes, or with other dimensions, never rings and nobody sees why."""
    seen = set()
    for name, resource in resources.items():
        properties = resource.get("Properties", {})
        if resource["Type"] != "AWS::CloudWatch::Alarm" or properties["Namespace"] != "byoc":
            continue
        dimensions = {item["Name"]: item["Value"] for item in properties["Dimensions"]}
        if dimensions.keys() != {"FunctionName", "Side"} or references(dimensions["FunctionName"]) != {"Relay"}:
            yield f"{name} has the dimensions {dimensions}"
        metric = properties["MetricName"]
        if properties["Statistic"] != METRICS.get(metric) or properties["TreatMissingData"] != "notBreaching":
            yield f"{name} is no alarm that ends by itself"
        # A message that waits comes back after up to 12 minutes; with less, the alarm would ring at each turn.
        if metric == "WaitingMessageAge" and properties["Period"] < 900:
            yield f"{name} does not see a message between two turns"
        seen.add((metric, dimensions.get("Side")))
    for metric, side in sorted({(metric, side) for metric in METRICS for side in SIDES} ^ seen):
        yield f"{metric} of the {side} has no alarm, or an alarm without a metric"
    dashboard = str(resources["Dashboard"]["Properties"]["DashboardBody"])
    for metric in sorted(METRICS):
        if f'"byoc", "{metric}", "FunctionName", "${{Relay}}", "Side"' not in dashboard:
            yield f"the dashboard does not show {metric}"


def policy_problems(resources):
    """No function may touch more than the stack's own resources."""
    for name, resource in resources.items():
        if resource["Type"] != "AWS::IAM::Role":
            continue
        properties = resource["Properties"]
        if len(properties.get("ManagedPolicyArns", [])) != 1:
            yield f"{name} has other managed policies than the one for logs"
        for policy in properties.get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                actions = statement["Action"]
                actions = [actions] if isinstance(actions, str) else actions
                if statement["Resource"] == "*" or any("*" in action for action in actions):
                    yield f"{name} allows {actions} on {statement['Resource']}"


def spelling_problems():
    for file, names in SPELLED_IN.items():
        path = ROOT / file
        if not path.is_file():
            yield f"{file} is gone; say in SPELLED_IN where the names stand now"
            continue
        code = path.read_text()
        for name in sorted(names):
            if f'"{name}"' not in code:
                yield f"{file} does not know {name}"


if __name__ == "__main__":
    sys.exit(main())
