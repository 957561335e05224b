#!/usr/bin/env python3
"""Makes amtguard.dashboard.json, a Grafana dashboard for a fleet: dashboard.py >amtguard.dashboard.json

A thousand machines are not a thousand lines. So a panel over time has sums over the fleet, and a panel that names
machines is a table of at most twenty. Needs the package in requirements.txt. Tests/deploy/prometheus.sh compares the
file with what this prints, and has promtool judge each query.
"""
import json
import sys

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, table, text, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models import common as shapes
from grafana_foundation_sdk.models import dashboard as models

SOURCE = models.DataSourceRef(type_val="prometheus", uid="${datasource}")
# Which machines: the first variable is the job of Prometheus, the second a machine or all of them.
CHOSEN = 'job=~"$job", instance=~"$instance"'
MOST = 20  # rows in a table
COLOURS = {
    "protected": "green", "not-needed": "blue", "degraded": "orange", "exposed": "red", "no news": "purple",
    "redrawn": "blue", "refused": "orange", "repairs": "orange", "prevented": "green",
}


def m(name: str, **labels: str) -> str:
    """A metric of the chosen machines, with labels that match these patterns."""
    patterns = [CHOSEN] + [f'{label}=~"{pattern}"' for label, pattern in labels.items()]
    return f"amtguard_{name}{{{', '.join(patterns)}}}"


def query(expression: str, legend: str = "__auto") -> prometheus.Dataquery:
    return prometheus.Dataquery().expr(expression).legend_format(legend).range()


def now(expression: str, shape: str = "time_series", legend: str = "__auto") -> prometheus.Dataquery:
    return prometheus.Dataquery().expr(expression).legend_format(legend).instant().format(shape)


def lettered(panel, queries):
    """Adds the queries to the panel; Grafana tells them apart by a letter."""
    for letter, one in zip("ABCDEFGH", queries):
        panel.with_target(one.ref_id(letter).datasource(SOURCE))
    return panel


def coloured(panel):
    """One colour for one word everywhere."""
    for name, colour in COLOURS.items():
        panel.override_by_name(
            name, [models.DynamicConfigValue(id_val="color", value={"mode": "fixed", "fixedColor": colour})])
    return panel


def number(title: str, description: str, expression: str, alarming: str | None = None) -> stat.Panel:
    """One large number; with the colour `alarming` from 1 on."""
    steps = [models.Threshold(value=None, color="green" if alarming else "text")]
    if alarming:
        steps.append(models.Threshold(value=1, color=alarming))
    panel = (
        stat.Panel().title(title).description(description).datasource(SOURCE).span(4).height(4)
        .graph_mode(shapes.BigValueGraphMode.NONE).no_value("0")
        .thresholds(dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps)))
    return lettered(panel, [now(expression)])


def over_time(title: str, description: str, *queries: prometheus.Dataquery, stacked: bool = False) -> timeseries.Panel:
    panel = (
        timeseries.Panel().title(title).description(description).datasource(SOURCE).span(12).height(8).min(0)
        .interval("1m")  # the machines tell news once a minute
        .decimals(0 if stacked else 2).legend(
            common.VizLegendOptions().display_mode(shapes.LegendDisplayMode.LIST)
            .placement(shapes.LegendPlacement.BOTTOM).show_legend(True)))
    if stacked:
        panel.stacking(common.StackingConfig().mode(shapes.StackingMode.NORMAL)).fill_opacity(40).line_width(0)
    return coloured(lettered(panel, queries))


def rows(title: str, description: str, expression: str, hidden: tuple[str, ...] = ()) -> table.Panel:
    """A table of the answer's labels and its value, the largest first."""
    hide = {name: True for name in ("Time", "__name__", "job", *hidden)}
    panel = (
        table.Panel().title(title).description(description).datasource(SOURCE).span(12).height(9)
        .with_transformation(models.DataTransformerConfig(
            id_val="organize", options={"excludeByName": hide, "renameByName": {"instance": "machine"}}))
        .sort_by([common.TableSortByFieldState().display_name("Value").desc(True)]))
    return lettered(panel, [now(expression, "table")])


def variables():
    yield dashboard.DatasourceVariable("datasource").label("Prometheus").type("prometheus")
    for name, label, of in (("job", "Job", "amtguard_up"), ("instance", "Machine", 'amtguard_up{job=~"$job"}')):
        yield (
            dashboard.QueryVariable(name).label(label).datasource(SOURCE).query(f"label_values({of}, {name})")
            .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED).sort(models.VariableSort.ALPHABETICAL_ASC)
            .multi(True).include_all(True).all_value(".*")
            .current(models.VariableOption(text="All", value="$__all")))


def in_all(metric: str) -> str:
    """The sum over the fleet; 0 if no machine tells it, as where none translates addresses."""
    return f"(sum({metric}) or vector(0))"


def panels():
    yield dashboard.Row("The fleet now")
    yield number("Machines that tell", "Their guard answers.", f"count({m('up')} == 1)")
    yield number("No news", "The guard does not run or does not answer.", f"count({m('up')} == 0)", "purple")
    yield number("Exposed", "The kernel may choose one of AMT's ports there.",
                 f"sum({m('verdict', verdict='exposed')})", "red")
    yield number("Degraded", "The ports are reserved, but something needs attention.",
                 f"sum({m('verdict', verdict='degraded')})", "orange")
    yield number("Cut off", "Sockets and translated connections whose packets AMT takes now.",
                 f"{in_all(m('victims'))} + {in_all(m('translated_victims'))}", "orange")
    yield number("Contested", "Machines where a program keeps overwriting the list.",
                 f"sum({m('contested')})", "orange")

    yield dashboard.Row("Verdicts")
    yield over_time(
        "Verdicts", "Machines with each verdict.", query(f"sum by (verdict) ({m('verdict')})", "{{verdict}}"),
        query(f"count({m('up')} == 0)", "no news"), stacked=True)
    exposed, degraded = m("verdict", verdict="exposed"), m("verdict", verdict="degraded")
    yield rows(
        "Machines that need attention", "2 is exposed, 1 is degraded. There, amtguardctl status says what to do.",
        f"topk({MOST}, 2 * ({exposed} == 1) or {degraded} == 1)")
    troubled = m("verdict", verdict="degraded|exposed")
    yield rows(
        "Reasons", "What the machines that need attention have in common.",
        f"count by (reason) ({m('reason')} and on (job, instance) {troubled} == 1)")
    written = f'node_textfile_mtime_seconds{{{CHOSEN}, file=~"(.*/)?amtguard\\\\.prom"}}'
    yield rows(
        "Old news", "Machines whose file of metrics is older than ten minutes, in seconds.",
        f"topk({MOST}, max by (job, instance) (time() - {written}) > 600)")

    yield dashboard.Row("Who overwrites the list")
    yield over_time(
        "Overwrites", "A minute, in all the fleet: those repaired, and those that the kernel's program prevented.",
        query(f"60 * sum(rate({m('repairs_total')}[$__rate_interval]))", "repairs"),
        query(f"60 * sum(rate({m('prevented_writes_total')}[$__rate_interval]))", "prevented"))
    yield rows(
        "Where", "Overwrites within the time shown at the top.",
        f"topk({MOST}, increase({m('repairs_total')}[$__range])"
        f" + (increase({m('prevented_writes_total')}[$__range]) or 0 * {m('repairs_total')}) > 0)")
    yield rows("Contested", "For how many seconds within the last hour.",
               f"topk({MOST}, 3600 * avg_over_time({m('contested')}[1h]) > 0)")
    yield (
        text.Panel().title("Who").span(12).height(9).mode("markdown").content(WRITERS))

    yield dashboard.Row("Connections")
    yield over_time(
        "Translated connections", "A minute, in all the fleet: redrawn ones got another port, and work; refused ones "
        "were reset, because the kernel would have chosen the same port again.",
        query(f"60 * sum(rate({m('redrawn_connections_total')}[$__rate_interval]))", "redrawn"),
        query(f"60 * sum(rate({m('refused_connections_total')}[$__rate_interval]))", "refused"))
    yield over_time(
        "Cut off", "Whose packets AMT takes, in all the fleet.", query(f"sum({m('victims')})", "sockets"),
        query(f"sum({m('translated_victims')})", "translated connections"))
    yield rows(
        "Machines with connections cut off", "amtguardctl victims there names the programs.",
        f"topk({MOST}, {m('victims')} + ({m('translated_victims')} or 0 * {m('victims')}) > 0)")
    yield rows("Machines that refuse connections", "Within the time shown at the top.",
               f"topk({MOST}, increase({m('refused_connections_total')}[$__range]) > 0)")

    yield dashboard.Row("Versions and AMT")
    yield rows("Versions of amtguard", "Machines with each.", f"count by (version) ({m('build_info')})")
    yield rows("AMT", "Machines with each state, version of the firmware and kind of address.",
               f"count by (state, version, address) ({m('amt_info')})")
    yield over_time("State of AMT", "Machines with each.",
                    query(f"sum by (state) ({m('amt_state')})", "{{state}}"), stacked=True)
    yield over_time("How the list is watched", "Without any watch only audits find overwrites.",
                    query(f"sum by (kind) ({m('watch')})", "{{kind}}"), stacked=True)


# Metrics have no writers as labels: each process of each machine would be a series of its own.
WRITERS = """\
The metrics count overwrites and name nobody: programs as labels would be a series for each process of each machine.

On the machine: `amtguardctl status` has the last writers, and

    journalctl -u amtguardd -g overwr

has each. Where journals are collected, count by the field `AMTGUARD_WRITER_COMM`. Elsewhere, a sample of the machines
in the table *Where* is enough: what overwrites the list of many was rolled out to many.
"""


def main() -> None:
    board = (
        dashboard.Dashboard("amtguard: ports of Intel AMT in a fleet").uid("amtguard-fleet").tags(["amtguard"])
        .description("Needs amtguard-metrics.timer and node_exporter on each machine.")
        .readonly().tooltip(models.DashboardCursorSync.CROSSHAIR).refresh("1m").time("now-6h", "now")
        .timezone("browser"))
    for variable in variables():
        board.with_variable(variable)
    for panel in panels():
        (board.with_row if isinstance(panel, dashboard.Row) else board.with_panel)(panel)
    # What Grafana's own types don't know is lost on the way there and back.
    register_default_plugins()
    made = json.loads(encoded(board.build()))
    read = encoded(models.Dashboard.from_json(made))
    if lost := missing(made, json.loads(read)):
        sys.exit(f"Grafana does not know {', '.join(lost)}")
    print(read)


def encoded(board: models.Dashboard) -> str:
    return JSONEncoder(sort_keys=True, indent=1).encode(board)


def missing(made, read, path: str = "") -> list[str]:
    """The paths of what is in one JSON value and not in the other."""
    if isinstance(made, dict) and isinstance(read, dict):
        return [lost for key in made for lost in missing(made[key], read.get(key), f"{path}.{key}")]
    if isinstance(made, list) and isinstance(read, list) and len(made) == len(read):
        return [lost for n, one in enumerate(made) for lost in missing(one, read[n], f"{path}[{n}]")]
    return [] if made == read else [path]


main()
