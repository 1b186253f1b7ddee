"""The core chart as a Streamlit page with pandas: what the dashboard's speed is held against.

    streamlit run benchmarks/streamlit_page.py -- data/leap.duckdb

Written as Streamlit's own guides have it: the marts are read once and cached, every change of a
filter runs the page again. It withholds nothing and compares with nobody.
"""

from __future__ import annotations

import sys

import duckdb
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

FILTERS = {
    "district": "District",
    "grade": "Grade",
    "modality": "Modality",
    "visitor_type": "Visitor",
    "cohort": "Cohort",
}
MARTS = """
    SELECT event_month, rate, district_name AS district, grade, modality, visitor_type, cohort
    FROM trajectory_month
    JOIN served_student USING (student_id)
    JOIN district ON district.district_code = served_student.district_code
"""
Z95 = 1.96  # the normal quantile of a two-sided 95 % interval


@st.cache_data
def student_months(file: str) -> pd.DataFrame:
    """A row for each served student and event month: rate, and what can be chosen."""
    with duckdb.connect(file, read_only=True) as connection:
        months = connection.sql(MARTS).df()
    return months.astype(dict.fromkeys(FILTERS, "category"))


def chosen(months: pd.DataFrame) -> pd.DataFrame:
    """The rows that the filters leave."""
    for place, (column, name) in zip(st.columns(len(FILTERS)), FILTERS.items(), strict=True):
        values = place.multiselect(name, months[column].cat.categories)
        if values:
            months = months[months[column].isin(values)]
    return months


def by_event_month(months: pd.DataFrame) -> pd.DataFrame:
    """Mean rate with its 95 % interval, and the students behind it, by event month."""
    frame = months.groupby("event_month")["rate"].agg(["mean", "std", "count"])
    margin = Z95 * frame["std"] / np.sqrt(frame["count"])
    return frame.assign(low=frame["mean"] - margin, high=frame["mean"] + margin)


def figure(frame: pd.DataFrame) -> go.Figure:
    """The mean as a line, its interval as a band, the students under each month."""
    band = {"mode": "lines", "line": {"width": 0}, "showlegend": False, "hoverinfo": "skip"}
    drawn = go.Figure(
        [
            go.Scatter(x=frame.index, y=frame["low"], **band),
            go.Scatter(x=frame.index, y=frame["high"], fill="tonexty", **band),
            go.Scatter(x=frame.index, y=frame["mean"], mode="lines+markers", name="Mean"),
        ]
    )
    words = [f"{month}<br>{n:,}" for month, n in frame["count"].items()]
    drawn.update_xaxes(tickvals=frame.index, ticktext=words, title="School months since the visit")
    drawn.update_yaxes(tickformat=".0%", title="Share of days attended")
    return drawn


st.set_page_config(page_title="LEAP", layout="wide")
st.title("Attendance before and after the first visit")
st.plotly_chart(figure(by_event_month(chosen(student_months(sys.argv[1])))))
