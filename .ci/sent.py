"""What the bridge sends: the requests in the snapshots below shared/src/channel, which the tests compare with what the
adapters make, and the samples that the tests hold the adapters' requests against."""

import json
import pathlib

CHANNELS = pathlib.Path(__file__).parent.parent / "shared/src/channel"


def requests(value):
    """Yields every request in a value: a call and its body."""
    if isinstance(value, dict) and "call" in value and "body" in value:
        yield value["call"], value["body"]
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from requests(inner)


def snapshot(channel, name):
    """Returns the value in a snapshot."""
    return json.loads((CHANNELS / channel / "snapshots" / name).read_text().split("---\n", 2)[2])


def sent(channel, prefix=""):
    """Yields every request in the snapshots of a channel: the file, the call and the body."""
    for file in sorted((CHANNELS / channel / "snapshots").glob(f"{prefix}*.snap")):
        for call, body in requests(snapshot(channel, file.name)):
            yield file.name, call, body


def samples(folder):
    """Yields every sample of a request body in a folder: the file, its name without the ending and the body."""
    for file in sorted((CHANNELS / folder).glob("*.json")):
        yield file.name, file.stem, json.loads(file.read_text())


def told(name, results):
    """Prints what a check found. Returns whether everything has the described form."""
    results = list(results)
    bad = [(where, call, problems) for where, call, problems in results if problems]
    print(f"{name}: {len(results)} requests, {len(bad)} of another form than described")
    for where, call, problems in bad:
        print(f"  {where} {call[:90]}: {'; '.join(problems)}")
    return bool(results) and not bad
