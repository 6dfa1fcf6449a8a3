"""`python3 run.py sbom [FILE]`: the bill of materials, CycloneDX 1.6 as JSON.

What is shipped, that is what `requirements.lock` names for any system, with the hashes of every
file that may be installed, its licence, and who needs whom. https://cyclonedx.org/docs/1.6/json/
"""

import importlib.metadata
import sys
import tomllib
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement

from tests.places import CHECKOUT
from tests.supply.locked import Package, licence_of, locked_packages
from workmate_desktop import __version__

PROGRAM = "workmate-desktop"


def bill_of_materials() -> str:
    """The document."""
    licences = LicenseFactory()
    program = Component(
        name=PROGRAM,
        version=__version__,
        type=ComponentType.APPLICATION,
        bom_ref=PROGRAM,
        licenses=[licences.make_from_string("Apache-2.0")],
    )
    bom = Bom()
    bom.metadata.component = program
    packages = locked_packages()
    components = {package.name: _component(package, licences) for package in packages}
    bom.components.update(components.values())
    direct = _direct_needs()
    bom.register_dependency(program, [components[name] for name in direct if name in components])
    for name, component in components.items():
        needs = [components[need] for need in _needs(name) if need in components]
        bom.register_dependency(component, needs)
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def main(arguments: list[str]) -> int:
    """Write to the file named, or to standard output."""
    document = bill_of_materials()
    if arguments:
        Path(arguments[0]).write_text(document, encoding="utf-8")
        print(f"{arguments[0]}: {len(locked_packages())} packages")
    else:
        sys.stdout.write(document)
    return 0


def _component(package: Package, licences: LicenseFactory) -> Component:
    purl = PackageURL("pypi", name=package.name, version=package.version)
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in package.hashes]
    files = ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION,
        url=XsUri(str(purl)),  # a package's own address, wherever it is fetched from
        comment="hashes of all files that the lock file admits",
        hashes=hashes,
    )
    return Component(
        name=package.name,
        version=package.version,
        type=ComponentType.LIBRARY,
        bom_ref=str(purl),
        purl=purl,
        licenses=[licences.make_from_string(licence_of(package.name))],
        external_references=[files],
    )


def _direct_needs() -> list[str]:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [_locked_name(Requirement(line)) for line in project["dependencies"]]


def _needs(name: str) -> list[str]:
    try:
        lines = importlib.metadata.requires(name) or []
    except importlib.metadata.PackageNotFoundError:
        return []  # for another system: its needs are not known here
    requirements = [Requirement(line) for line in lines]
    always = [r for r in requirements if r.marker is None or "extra" not in str(r.marker)]
    return [_locked_name(requirement) for requirement in always]


def _locked_name(requirement: Requirement) -> str:
    return requirement.name.lower().replace("_", "-").replace(".", "-")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
