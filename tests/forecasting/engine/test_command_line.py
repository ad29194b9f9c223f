"""The engine from a shell."""

import io
import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from forecasting.engine.command_line import main
from forecasting.engine.errors import SettingsError, TooShortError
from forecasting.engine.panel import Panel
from forecasting.engine.presets import choose
from forecasting.engine.protocol import Borders, score, seen_by
from forecasting.engine.reading import Columns, read_panel, read_ragged
from forecasting.engine.registry import create
from tests.forecasting.engine.series import seasonal


@pytest.fixture
def table(tmp_path):
    times = pd.date_range("2024-01-01", periods=500, freq="h")
    frame = pd.DataFrame({"date": times, "a": seasonal(500), "b": seasonal(500, seed=1)})
    path = tmp_path / "table.csv"
    frame.to_csv(path, index=False)
    return path


def test_a_forecast_is_written_as_a_long_table(table, capsys):
    assert main(["forecast", str(table), "--horizon", "1 day", "--preset", "instant"]) == 0
    rows = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert rows["unique_id"].tolist() == ["a"] * 24 + ["b"] * 24
    assert rows["ds"].iloc[0] == "2024-01-21 20:00:00"
    assert list(rows)[2:] == [
        "linear",
        *(f"linear-{s}-{p}" for p in (80, 95) for s in ("lo", "hi")),
    ]


def test_a_backtest_prints_scores_and_keeps_its_rows(table, tmp_path, capsys):
    out = tmp_path / "rows.csv"
    arguments = ["backtest", str(table), "--model", "seasonal_naive", "--windows", "3"]
    assert main([*arguments, "--horizon", "6", "--out", str(out)]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["model"], printed["windows"], printed["horizon"]) == ("seasonal_naive", 3, 6)
    rows = pd.read_csv(out)
    assert len(rows) == 3 * 6 * 2
    assert printed["mae"] == pytest.approx((rows["y"] - rows["seasonal_naive"]).abs().mean())


def test_the_protocol_prints_a_line_per_horizon_and_one_for_all(table, capsys):
    arguments = ["benchmark", str(table), "--split", "300,400,500", "--horizons", "5,10"]
    assert main([*arguments, "--model", "naive"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line.get("horizon") for line in lines] == [5, 10, None]
    assert lines[2]["mse"] == pytest.approx((lines[0]["mse"] + lines[1]["mse"]) / 2)
    assert lines[2]["peak_mb"] > 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["forecast", "nowhere.csv"], "There is no file nowhere.csv"),
        (["forecast", "TABLE", "--horizon", "soon"], '"soon" is not a horizon'),
        (["forecast", "TABLE", "--model", "oracle"], "There is no model oracle"),
        (["benchmark", "TABLE", "--split", "9,8,7"], "must grow and end within the 500 rows"),
        (["benchmark", "TABLE", "--split", "half"], "three row numbers like"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(table, capsys, arguments, words):
    assert main([a.replace("TABLE", str(table)) for a in arguments]) == 2
    assert words in capsys.readouterr().err


def test_it_runs_as_a_program(table):
    done = subprocess.run(
        [sys.executable, "-m", "forecasting.engine", "forecast", str(table), "--model", "naive"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("unique_id,ds,naive,")


def test_the_protocol_scores_by_hand():
    # Train 0, 2, 0, 2 (mean 1, spread 1), validation 5, test 1, 3, 1. Repeat-last, two steps:
    # from 5 -> (1, 3): gaps 4, 2; from 1 -> (3, 1): gaps -2, 0. MSE (16+4+4+0)/4 = 6, MAE 2.
    panel = Panel.from_arrays({"x": [0.0, 2.0, 0.0, 2.0, 5.0, 1.0, 3.0, 1.0]})
    borders = Borders(4, 5, 8)
    model = create("naive").fit(seen_by(panel, borders), horizon=2)
    found = score(model, panel, borders, [1, 2])
    assert (found[1].mse, found[1].mae, found[1].windows) == (6.0, 2.0, 2)
    # One step, three windows: gaps 4, -2, 2: MSE (16 + 4 + 4) / 3 = 8.
    assert (found[0].mse, found[0].windows) == (8.0, 3)


def test_borders_follow_the_literature():
    assert Borders.of(7588, "7:1:2") == Borders(5311, 6071, 7588)
    assert Borders.of(966, "7:1:2") == Borders(676, 773, 966)
    assert Borders.of(14400, "6:2:2") == Borders(8640, 11520, 14400)
    panel = Panel.from_arrays({"x": np.arange(9.0)})
    model = create("naive").fit(panel, horizon=4)
    with pytest.raises(TooShortError, match="no window of 4 steps"):
        score(model, panel, Borders(4, 6, 9), [4])


def test_tables_of_other_shapes_are_read(tmp_path):
    tfb = pd.DataFrame({"date": ["2024-01-01", "2024-01-02"] * 2, "data": [1, 2, 3, 4]})
    tfb["cols"] = ["b", "b", "a", "a"]
    tfb.to_csv(tmp_path / "tfb.csv", index=False)
    panel = read_panel(tmp_path / "tfb.csv", Columns())
    assert panel.channels == ("b", "a")
    assert panel.values.tolist() == [[1, 3], [2, 4]]

    long = pd.DataFrame({"unique_id": ["u", "u", "v"], "y": [1.0, 2.0, 3.0]})
    long["ds"] = pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-01"])
    long.to_parquet(tmp_path / "long.parquet")
    assert read_panel(tmp_path / "long.parquet", Columns()).ids == ("u", "v")

    (tmp_path / "bare.csv").write_text("a,b\n1,2\n3,4\n")
    assert len(read_panel(tmp_path / "bare.csv", Columns(frequency="D")).channels) == 2

    (tmp_path / "m4.csv").write_text('"V1","V2","V3"\n"H1",1,2\n"H2",5,\n')
    ragged = read_ragged(tmp_path / "m4.csv", "h")
    assert ragged.lengths.tolist() == [2, 1]


def test_a_table_without_times_asks_how_far_its_rows_are_apart(tmp_path, capsys):
    (tmp_path / "bare.csv").write_text("a,b\n1,2\n3,4\n")
    assert main(["forecast", str(tmp_path / "bare.csv")]) == 2
    assert "--frequency" in capsys.readouterr().err


def test_presets_choose_by_shape():
    few = Panel.from_arrays({"x": seasonal(400)}, frequency="h")
    assert choose(few).name == "linear_stack"
    assert choose(few, "instant").name == "linear"
    assert choose(few, "fast").settings.preset == "fast"
    with pytest.raises(SettingsError, match="instant, fast, balanced, thorough"):
        choose(few, "magic")


def test_a_race_tells_its_events_as_lines_and_writes_the_winners_forecast(table, tmp_path, capsys):
    out = tmp_path / "forecast.csv"
    arguments = ["race", str(table), "--horizon", "6", "--model", "linear,drift", "--budget", "20"]
    assert main([*arguments, "--journal", str(tmp_path / "j"), "--out", str(out)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (lines[0]["event"], lines[-1]["event"]) == ("started", "finished")
    scored = [line["row"] for line in lines if line["event"] == "scored"]
    assert {"linear", "drift", "seasonal_naive"} <= {row["model"] for row in scored}
    assert set(scored[0]["coverage"]) == {"80", "95"}
    best = min(scored, key=lambda row: row["score"])
    assert lines[-1]["leaderboard"][0] == best
    assert lines[-1]["leader"] == "linear"
    assert len(pd.read_csv(out)) == 2 * 6
    assert main([*arguments, "--journal", str(tmp_path / "j")]) == 0
    again = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"linear", "drift"} <= set(again[0]["resumed"])


def test_a_race_takes_a_preset_by_name(table, capsys):
    assert main(["race", str(table), "--horizon", "6", "--preset", "instant"]) == 0
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (first["preset"], first["seconds"]) == ("instant", 10.0)
    assert main(["race", str(table), "--preset", "fast"]) == 2
    assert "instant, balanced, thorough, not fast" in capsys.readouterr().err


def test_many_series_with_known_covariates_go_to_a_model_that_reads_them():
    days = pd.date_range("2025-01-01", periods=60, freq="D")
    table = pd.DataFrame(
        [(f"s{i}", day, float(i), float(at)) for i in range(30) for at, day in enumerate(days)],
        columns=["unique_id", "ds", "y", "price"],
    )
    plain = Panel.from_long(table.drop(columns="price"), "unique_id", "ds", ["y"], "D")
    priced = Panel.from_long(table, "unique_id", "ds", ["y"], "D", known=["price"])
    assert choose(plain).name == "linear_many"
    assert choose(priced).name == "linear_stack"
