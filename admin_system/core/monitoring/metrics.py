"""The model service and the machine, read for Prometheus whenever it asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from admin_system.core.devices import Gpu, Machine
from admin_system.core.types import (
    CacheStats,
    EngineStats,
    ServiceState,
    ServiceStatus,
)
from admin_system.core.upstreams import UpstreamState


class ModelCollector(Collector):
    """What is not known, such as the rows of a model that is not there, is left out."""

    def __init__(self, read: Callable[[], ServiceStatus]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        status = self._read()
        states = GaugeMetricFamily(
            "qwen_vl_model_state", "1 for the state that the service is in", labels=("state",)
        )
        for state in ServiceState:
            states.add_metric((state.value,), float(state is status.state))
        yield states
        yield gauge("qwen_vl_model_breakdowns", "Of the last ten minutes", status.breakdowns)
        if status.info is not None and status.serving is not None:
            facts = GaugeMetricFamily(
                "qwen_vl_model_info",
                "The model that answers",
                labels=("model", "family", "quantization", "precision", "device"),
            )
            info = status.info
            named = (status.serving, info.family, info.quantization, info.precision, info.device)
            facts.add_metric(named, 1)
            yield facts
        if status.stats is not None:
            yield from tell_engine(status.stats)


def tell_engine(stats: EngineStats) -> Iterator[Metric]:
    yield gauge("qwen_vl_model_rows", "Requests that are answered at a time", stats.slots)
    yield gauge("qwen_vl_model_rows_in_use", "Requests that are being answered", stats.running)
    yield gauge("qwen_vl_model_waiting", "Requests that wait for a row", stats.waiting)
    if stats.cache is not None:
        yield from tell_caches(stats.cache)
    if stats.upstreams:
        yield from tell_upstreams(stats.upstreams)


def tell_caches(cache: CacheStats) -> Iterator[Metric]:
    """The counts begin anew with each load."""
    yield gauge("qwen_vl_kv_bytes", "Reserved for keys and values", cache.prefix_bytes)
    yield count("qwen_vl_prefix_cache_tokens", "Tokens of prompts", cache.prefix_tokens)
    yield count("qwen_vl_prefix_cache_hit_tokens", "Not computed again", cache.prefix_hits)
    yield gauge("qwen_vl_picture_cache_bytes", "Kept features of pictures", cache.picture_bytes)
    yield count("qwen_vl_picture_cache_pictures", "Pictures that were looked at", cache.pictures)
    yield count("qwen_vl_picture_cache_hits", "Not seen again", cache.picture_hits)


def tell_upstreams(upstreams: tuple[UpstreamState, ...]) -> Iterator[Metric]:
    label = ("upstream",)
    healthy = GaugeMetricFamily("qwen_vl_upstream_healthy", "1: requests go there", labels=label)
    running = GaugeMetricFamily("qwen_vl_upstream_running", "Requests in flight", labels=label)
    failures = GaugeMetricFamily("qwen_vl_upstream_failures", "In a row", labels=label)
    answered = CounterMetricFamily(
        "qwen_vl_upstream_answered", "Requests since the load", labels=label
    )
    for one in {one.url: one for one in upstreams}.values():
        named = (one.url,)
        healthy.add_metric(named, float(one.healthy))
        running.add_metric(named, one.running)
        failures.add_metric(named, one.failures)
        answered.add_metric(named, one.answered)
    yield from (healthy, running, failures, answered)


class MachineCollector(Collector):
    def __init__(self, read: Callable[[], Machine]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        machine = self._read()
        yield gauge("qwen_vl_cpu_percent", "Of all cores together", machine.cpu_percent)
        yield gauge("qwen_vl_cpu_cores", "Of the machine", machine.cpu_cores)
        yield gauge("qwen_vl_memory_used_bytes", "Main memory", machine.memory.used)
        yield gauge("qwen_vl_memory_bytes", "Main memory", machine.memory.total)
        yield gauge("qwen_vl_disk_used_bytes", "Of the data folder's disk", machine.disk.used)
        yield gauge("qwen_vl_disk_bytes", "Of the data folder's disk", machine.disk.total)
        yield from tell_gpus(machine.gpus)


def tell_gpus(gpus: tuple[Gpu, ...]) -> Iterator[Metric]:
    """Nothing where there is no card; a value that a card does not tell is left out."""
    if not gpus:
        return
    readings: tuple[tuple[str, str, Callable[[Gpu], float | None]], ...] = (
        ("qwen_vl_gpu_memory_used_bytes", "Of all processes", lambda gpu: gpu.memory_used),
        ("qwen_vl_gpu_memory_bytes", "Of the card", lambda gpu: gpu.memory_total),
        ("qwen_vl_gpu_utilization_percent", "As the driver counts", lambda gpu: gpu.utilization),
        ("qwen_vl_gpu_temperature_celsius", "Of the chip", lambda gpu: gpu.temperature),
        ("qwen_vl_gpu_power_watts", "Drawn now", lambda gpu: gpu.power),
    )
    for name, meaning, read in readings:
        family = GaugeMetricFamily(name, meaning, labels=("gpu", "name"))
        for gpu in gpus:
            if (value := read(gpu)) is not None:
                family.add_metric((str(gpu.index), gpu.name), value)
        yield family


def gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)


def count(name: str, meaning: str, value: float) -> Metric:
    return CounterMetricFamily(name, meaning, value=value)
