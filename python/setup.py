"""A wheel that carries the program is of one platform, and of any Python 3; without it, it is of any platform."""

import pathlib

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel

PROGRAM = pathlib.Path(__file__).resolve().parent / "wattlens" / "bin" / "wattlens"


class OfThisPlatform(Distribution):
    def has_ext_modules(self):
        return PROGRAM.exists()


class AnyPython(bdist_wheel):
    def get_tag(self):
        _, _, platform = super().get_tag()
        return "py3", "none", platform


# Without the program a command of its name would find itself in PATH.
scripts = ["wattlens = wattlens.__main__:main"] if PROGRAM.exists() else []
setup(distclass=OfThisPlatform, cmdclass={"bdist_wheel": AnyPython}, entry_points={"console_scripts": scripts})
