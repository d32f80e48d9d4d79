#!/usr/bin/env python3
"""Checks that model servers take the configurations that wattlens writes for batching policies, and batch as they say.

    pip install torchserve torch-model-archiver tritonclient protobuf grpcio    # and a Java runtime
    python3 tools/check_server_configs.py

Reads tests/golden/serving. Triton: each config.pbtxt is parsed as the server's own ModelConfig message; no server is
run. TorchServe: the real server serves a handler that sleeps 50 ms a batch and writes down its batches, under each
model-config.yaml. A burst of requests must be answered whole, no batch may exceed the policy's, and where a batch waits
long for more every one but the last must be full. Exits 1 where one is not.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests/golden/serving"
HEAD = re.compile(r"^# The batching policy ([^ ,]+)", re.MULTILINE)
HANDLER = """
import os, time

def handle(data, context):
    if data is None:
        return None
    with open(os.environ["BATCHES"], "a") as file:
        print(len(data), file=file)
    time.sleep(0.05)
    return ["done"] * len(data)
"""


def configs(name):
    """(policy, text) of each configuration in a golden file."""
    text = (GOLDEN / name).read_text()
    starts = [match.start() for match in HEAD.finditer(text)]
    for begin, end in zip(starts, [*starts[1:], len(text)], strict=True):
        yield HEAD.match(text, begin).group(1), text[begin:end]


def check_triton():
    from google.protobuf import text_format
    from tritonclient.grpc import model_config_pb2

    for policy, text in configs("triton.pbtxt"):
        config = text_format.Parse(text, model_config_pb2.ModelConfig())
        batching = text_format.MessageToString(config.dynamic_batching, as_one_line=True)
        print(f"Triton, {policy}: max_batch_size {config.max_batch_size}, dynamic_batching {{ {batching} }}: parsed")
    return True


@contextlib.contextmanager
def torchserve(config, folder, port):
    (folder / "handler.py").write_text(HANDLER)
    (folder / "model-config.yaml").write_text(config)
    archive = ["torch-model-archiver", "--model-name", "resnet50", "--version", "1.0", "--handler", "handler.py"]
    subprocess.run([*archive, "--config-file", "model-config.yaml", "--export-path", "."], cwd=folder, check=True)
    addresses = zip(("inference", "management", "metrics"), range(port, port + 3), strict=True)
    lines = [f"{name}_address=http://127.0.0.1:{number}" for name, number in addresses]
    (folder / "config.properties").write_text("\n".join(lines) + "\n")
    command = ["torchserve", "--start", "--foreground", "--model-store", ".", "--models", "resnet50=resnet50.mar"]
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            [*command, "--ts-config", "config.properties", "--disable-token-auth", "--ncs"],
            cwd=folder,
            env={**os.environ, "BATCHES": str(folder / "batches")},
            stdout=log,
            stderr=log,
        )
        try:
            yield f"http://127.0.0.1:{port}/predictions/resnet50"
        finally:
            subprocess.run(["torchserve", "--stop"], cwd=folder, stdout=log, stderr=log, check=False)
            server.wait(timeout=60)


def ask(address):
    try:
        with urllib.request.urlopen(urllib.request.Request(address, data=b"0"), timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except urllib.error.URLError:
        return None


def check_torchserve(policy, config, requests, port):
    largest = int(re.search(r"^batchSize: (\d+)", config, re.MULTILINE).group(1))
    with tempfile.TemporaryDirectory() as name, torchserve(config, pathlib.Path(name), port) as address:
        deadline = time.monotonic() + 60
        while ask(address) != 200:
            if time.monotonic() > deadline:
                sys.exit(f"TorchServe did not come up:\n{(pathlib.Path(name) / 'server.log').read_text()[-2000:]}")
            time.sleep(0.5)
        log = pathlib.Path(name) / "batches"
        log.unlink()
        with concurrent.futures.ThreadPoolExecutor(requests) as threads:
            answers = list(threads.map(ask, [address] * requests))
        batches = [int(line) for line in log.read_text().split()]
    refused = sum(answer != 200 for answer in answers)
    full = all(size == largest for size in batches[:-1]) or "@50ms" not in policy
    good = not refused and max(batches) <= largest and sum(batches) == requests and full
    counted = ", ".join(f"{number} of {size}" for size, number in collections.Counter(batches).items())
    said = f", {refused} refused" if refused else ""
    print(f"TorchServe, {policy}: {requests} requests: {counted}{said}: {'ok' if good else 'WRONG'}", flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=200, help="in each burst (%(default)s)")
    parser.add_argument("--port", type=int, default=18080, help="this one and the two after it (%(default)s)")
    arguments = parser.parse_args()
    good = check_triton()
    for policy, text in configs("torchserve.txt"):
        if "minWorkers:" in text:
            good = check_torchserve(policy, text, arguments.requests, arguments.port) and good
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
