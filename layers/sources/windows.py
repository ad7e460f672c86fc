"""Limits of the parsing process on Windows, which has no rlimits: it puts itself into a Job Object.

Nothing here runs elsewhere, and none of it has been tried on a Windows computer yet.
"""

from __future__ import annotations

import ctypes

from layers.sources.limits import Limits

_EXTENDED = 9
_TIME, _MEMORY, _DIE = 0x2, 0x100, 0x400
_TICKS = 10_000_000
"""A second in the 100 ns a job counts in."""


class _Basic(ctypes.Structure):
    _fields_ = [
        ("PerProcessUserTimeLimit", ctypes.c_int64), ("PerJobUserTimeLimit", ctypes.c_int64),
        ("LimitFlags", ctypes.c_uint32), ("MinimumWorkingSetSize", ctypes.c_size_t),
        ("MaximumWorkingSetSize", ctypes.c_size_t), ("ActiveProcessLimit", ctypes.c_uint32),
        ("Affinity", ctypes.c_size_t), ("PriorityClass", ctypes.c_uint32), ("SchedulingClass", ctypes.c_uint32),
    ]  # fmt: skip


class _Extended(ctypes.Structure):
    _fields_ = [
        ("Basic", _Basic), ("IoInfo", ctypes.c_uint64 * 6), ("ProcessMemoryLimit", ctypes.c_size_t),
        ("JobMemoryLimit", ctypes.c_size_t), ("PeakProcessMemoryUsed", ctypes.c_size_t),
        ("PeakJobMemoryUsed", ctypes.c_size_t),
    ]  # fmt: skip


def wanted(limits: Limits) -> _Extended:
    """Return what the job is told: memory and processor time of the process, and no dialog when it fails."""
    body = _Extended()
    body.Basic.LimitFlags = _TIME | _MEMORY | _DIE
    body.Basic.PerProcessUserTimeLimit = limits.cpu_seconds * _TICKS
    body.ProcessMemoryLimit = limits.memory_bytes
    return body


def restrict(limits: Limits) -> bool:
    """Put this process into a job with the limits; False where there are no jobs, or the system refuses."""
    library = getattr(ctypes, "WinDLL", None)
    if library is None:
        return False
    kernel = library("kernel32", use_last_error=True)
    kernel.CreateJobObjectW.restype = kernel.GetCurrentProcess.restype = ctypes.c_void_p
    job, body = kernel.CreateJobObjectW(None, None), wanted(limits)
    told = job and kernel.SetInformationJobObject(
        ctypes.c_void_p(job), _EXTENDED, ctypes.byref(body), ctypes.sizeof(body)
    )
    me = ctypes.c_void_p(kernel.GetCurrentProcess())
    return bool(told and kernel.AssignProcessToJobObject(ctypes.c_void_p(job), me))
