"""Sizes and speeds of storage. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html"""

from typing import Any

from emulator.patching import AwsError
from emulator.services.rds import state

SIZES = {"gp2": (20, 65536), "gp3": (20, 65536), "io1": (100, 65536), "io2": (100, 65536)}
# gp3 below this size has a fixed speed for MySQL; from here on speed can be bought.
STRIPED_FROM = 400
BASELINE, STRIPED_BASELINE = (3000, 125), (12000, 500)
IOPS = {"gp3": (12000, 64000), "io1": (1000, 256000), "io2": (1000, 256000)}
THROUGHPUT = (500, 4000)


def check(storage_type: str, size: int, iops: int | None, throughput: int | None) -> dict[str, Any]:
    """The members of a DBInstance for storage as it is asked for; AWS tells a baseline like any speed."""
    if storage_type not in SIZES:
        raise AwsError("StorageTypeNotSupported", f"Storage type {storage_type} is not supported for mysql")
    least, most = SIZES[storage_type]
    if not least <= size <= most:
        raise state.invalid(
            f"Invalid storage size for engine name mysql and storage type {storage_type}: {size}"
        )
    if throughput is not None and storage_type != "gp3":
        raise state.conflicting("StorageThroughput can be specified for storage type gp3 only.")
    shape = {"StorageType": storage_type, "AllocatedStorage": size}
    if storage_type == "gp2":
        if iops is not None:
            raise state.conflicting("You can't specify IOPS for storage type gp2.")
        return {**shape, "Iops": None, "StorageThroughput": None}
    if storage_type == "gp3":
        return {**shape, **_gp3(size, iops, throughput)}
    if iops is None:
        raise state.conflicting(f"You must specify Iops for storage type {storage_type}.")
    _within(IOPS[storage_type], iops, "IOPS")
    return {**shape, "Iops": iops, "StorageThroughput": None}


def _gp3(size: int, iops: int | None, throughput: int | None) -> dict[str, int]:
    if size < STRIPED_FROM:
        if (iops, throughput) != (None, None):
            raise state.conflicting(
                "You can't specify IOPS or storage throughput for engine mysql and a storage size less than "
                f"{STRIPED_FROM}."
            )
        return dict(zip(("Iops", "StorageThroughput"), BASELINE, strict=True))
    speed = (iops or STRIPED_BASELINE[0], throughput or STRIPED_BASELINE[1])
    _within(IOPS["gp3"], speed[0], "IOPS")
    _within(THROUGHPUT, speed[1], "storage throughput")
    if speed[1] * 4 > speed[0]:
        raise state.conflicting(
            f"The storage throughput to IOPS ratio of {speed[1]} to {speed[0]} is more than 0.25."
        )
    return {"Iops": speed[0], "StorageThroughput": speed[1]}


def _within(limits: tuple[int, int], value: int, what: str) -> None:
    if not limits[0] <= value <= limits[1]:
        raise state.conflicting(f"Invalid {what}: {value}. Must be between {limits[0]} and {limits[1]}.")


def check_most(size: int, most: int | None) -> int | None:
    """The threshold of storage autoscaling: the size itself means none, and anything else is 10% above it.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
    """
    if most is None or most == size:
        return None
    if most < size:
        raise state.conflicting("Max storage size must be greater than storage size")
    if most * 10 < size * 11:
        raise state.conflicting("Max storage size must be at least 10% greater than storage size")
    return most


def grown(now: int, wanted: int) -> int:
    """What becomes of a wish for more storage: at least 10% more, rounded up to that.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
    """
    if wanted < now:
        raise state.invalid(f"Requested storage size {wanted} cannot be less than the current size {now}.")
    return now if wanted == now else max(wanted, -(-now * 11 // 10))
