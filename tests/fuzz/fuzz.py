"""Coverage-guided fuzzing by atheris; started by `tests/fuzz/run`, which installs it."""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["hocba.core", "asn1crypto", "pyhanko_certvalidator"]):
    from tests.fuzz.mutations import changed_bytes, changed_der, changed_xml
    from tests.fuzz.seeds import seeds
    from tests.fuzz.targets import TARGETS

_DER = ("stamp", "certificate", "answers")


def main() -> None:
    """Fuzz one target until libFuzzer's own limits end it."""
    name = sys.argv.pop(1)
    known = seeds(name)
    place = Path(sys.argv.pop(1))
    place.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(known):
        (place / f"seed-{number}").write_bytes(seed)

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        rest = [seed or 1]

        def choose(count: int) -> int:
            rest[0] = (rest[0] * 6364136223846793005 + 1442695040888963407) % 2**64
            return (rest[0] >> 33) % count

        if choose(4) == 0:
            return atheris.Mutate(data, most)
        try:
            if name in _DER:
                return changed_der(data, choose)[:most]
            return changed_xml(data, choose, known[choose(len(known))])[:most]
        except Exception:  # not something with a shape any more
            return changed_bytes(data, choose)[:most]

    atheris.Setup([*sys.argv, str(place)], TARGETS[name], custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
