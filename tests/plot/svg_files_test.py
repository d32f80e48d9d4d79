"""The drawings among the golden files are well-formed XML, and the numbers can be read out of them again."""

import json
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

FOLDER = pathlib.Path(__file__).parent.parent / "golden" / "plot"
SVG = "{http://www.w3.org/2000/svg}"
DATA = "{urn:wattlens.plot/1}data"


def check(path: pathlib.Path) -> None:
    root = ElementTree.fromstring(path.read_bytes())
    assert root.tag == SVG + "svg", path
    assert root.find(SVG + "title").text, path
    data = json.loads(root.find(f"{SVG}metadata/{DATA}").text)
    assert data["schema"] == "wattlens.plot/1", path
    assert data["command"] == "wattlens show last --plot 'a <b>.svg'", path
    assert data["experiments"] == ["20261122T000000-0000"], path
    points = [point for panel in data["panels"] for series in panel["series"] for point in series["points"]]
    assert points and all({"x", "y"} <= point.keys() for point in points), path
    for element in root.iter():
        for name, value in element.attrib.items():
            assert "nan" not in value and "inf" not in value, (path, element.tag, name, value)


def main() -> int:
    files = sorted(FOLDER.glob("*.svg"))
    assert len(files) >= 6, f"no drawings in {FOLDER}"
    for path in files:
        check(path)
    curves = ElementTree.fromstring((FOLDER / "curves.svg").read_bytes())
    panel = json.loads(curves.find(f"{SVG}metadata/{DATA}").text)["panels"][0]
    first = panel["series"][0]["points"][0]
    assert first == {
        "x": 1.0,
        "y": first["y"],
        "y_interval": first["y_interval"],
        "provenance": "modelled",
    }
    assert first["y_interval"][0] < first["y"] < first["y_interval"][1]
    return 0


if __name__ == "__main__":
    sys.exit(main())
