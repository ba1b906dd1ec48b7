"""RDS for MySQL, in place of moto's RDS: moto knows neither what takes time nor what is in use, and hands out
one password to all. What isn't here answers 501."""

from moto.rds.responses import RDSResponse

from emulator.patching import only
from emulator.services import ec2  # noqa: F401  (instances hold interfaces)

# moto spells parameters in its own way; ours are AWS's.
RDSResponse.PROTOCOL_PARSER_MAP_TYPE = dict
only(RDSResponse, "rds")

from emulator.services.rds import (  # noqa: E402, F401
    creation,
    deletion,
    descriptions,
    engine,
    modification,
    parameter_groups,
    snapshots,
    subnet_groups,
    tags,
)
