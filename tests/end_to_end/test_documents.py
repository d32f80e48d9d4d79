"""Shell completion and manual pages, used as a shell and man use them."""

import shutil
import subprocess

import pytest

COMPLETE = """
source script.bash
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
compopt() { :; }  # there is no completion under way that it could change
_wattlens
printf '%s\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def complete(wattlens):
    script = wattlens("completion", "bash", check=0).stdout
    (wattlens.home / "script.bash").write_text(script, encoding="utf-8")

    def ask(*words):
        command = ["bash", "-c", COMPLETE, "bash", "wattlens", *words]
        result = subprocess.run(command, cwd=wattlens.home, capture_output=True, text=True, check=True)
        assert not result.stderr
        return result.stdout.split()

    return ask


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["net"], ["network"]),
        (["run", "--form"], ["--format"]),
        (["run", "--format", "js"], ["json", "jsonl"]),
        (["run", "--format", "=", "m"], ["md"]),
        (["run", "--model", "resnet50,mob"], ["resnet50,mobilenet_v2"]),
        (["run", "--precision", "f32,b"], ["f32,bf16"]),
        (["network", "export", "vit"], ["vit_b_16"]),
        (["completion", ""], ["bash", "zsh"]),
        (["show", "la"], ["last"]),
        (["export", "la"], ["last"]),
        (["export", "bu"], ["bundle"]),
        (["import", "bundle", "--dry"], ["--dry-run"]),
    ],
)
def test_bash_completes(complete, words, expected):
    assert complete(*words) == expected


def test_bash_completes_files(complete, wattlens):
    (wattlens.home / "plan.toml").touch()
    assert complete("run", "pl") == ["plan.toml"]
    assert complete("run", "--output", "pl") == ["plan.toml"]


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
def test_zsh_reads_its_script(wattlens):
    script = wattlens("completion", "zsh", check=0).stdout
    subprocess.run(["zsh", "-n"], input=script, text=True, check=True)


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
@pytest.mark.parametrize("page", [[], ["run"], ["network", "export"]])
def test_manual_pages_are_right_roff(wattlens, page):
    text = wattlens("man", *page, check=0).stdout
    result = subprocess.run(
        ["groff", "-man", "-k", "-ww", "-Tutf8"], input=text.encode(), capture_output=True, check=True
    )
    assert result.stderr == b""
    assert len(result.stdout.splitlines()) > 20
