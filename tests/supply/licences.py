"""`python3 run.py licences`: every locked package with its licence; 1 when one will not do."""

import sys

from tests.supply.locked import DEVELOPERS, RUNTIME, licence_of, licence_trouble, locked_packages


def main() -> int:
    """Print the table; the exit code."""
    shipped = {package.name for package in locked_packages(RUNTIME)}
    packages = locked_packages(DEVELOPERS)
    bad = 0
    for package in sorted(packages, key=lambda p: (p.name not in shipped, p.name)):
        licence = licence_of(package.name)
        trouble = licence_trouble(licence)
        bad += bool(trouble)
        use = "running" if package.name in shipped else "developing"
        end = f"  <- {trouble}" if trouble else ""
        print(f"{package.name:26} {package.version:12} {use:11} {licence or '?'}{end}")
    print(f"{len(packages)} packages, {len(shipped)} of them shipped; {bad} will not do.")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
