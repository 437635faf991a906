"""Real cities with the state, county, ZIP, area code and position that agree. Imports nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class City:
    """One city, with one of its ZIP codes."""

    name: str
    state: str
    county: str
    postal_code: str
    area_code: str
    latitude: float
    longitude: float


CITIES = (
    City("Tooele", "UT", "Tooele", "84074", "435", 40.5308, -112.2983),
    City("Orlando", "FL", "Orange", "32801", "407", 28.5383, -81.3792),
    City("Lake Oswego", "OR", "Clackamas", "97035", "503", 45.4207, -122.6706),
    City("Boise", "ID", "Ada", "83702", "208", 43.6150, -116.2023),
    City("Sacramento", "CA", "Sacramento", "95814", "916", 38.5816, -121.4944),
    City("Salt Lake City", "UT", "Salt Lake", "84101", "801", 40.7608, -111.8910),
    City("San José", "CA", "Santa Clara", "95113", "408", 37.3382, -121.8863),
    City("Las Vegas", "NV", "Clark", "89101", "702", 36.1699, -115.1398),
    City("Provo", "UT", "Utah", "84601", "801", 40.2338, -111.6585),
    City("Coeur d'Alene", "ID", "Kootenai", "83814", "208", 47.6777, -116.7805),
    City("Denver", "CO", "Denver", "80202", "303", 39.7392, -104.9903),
    City("Grantsville", "UT", "Tooele", "84029", "435", 40.5999, -112.4644),
    City("Idaho Falls", "ID", "Bonneville", "83402", "208", 43.4917, -112.0340),
    City("Winston-Salem", "NC", "Forsyth", "27101", "336", 36.0999, -80.2442),
    City("Ogden", "UT", "Weber", "84401", "801", 41.2230, -111.9738),
    City("Phoenix", "AZ", "Maricopa", "85004", "602", 33.4484, -112.0740),
    City("Portland", "OR", "Multnomah", "97204", "503", 45.5152, -122.6784),
    City("Los Angeles", "CA", "Los Angeles", "90012", "213", 34.0522, -118.2437),
    City("St. George", "UT", "Washington", "84770", "435", 37.0965, -113.5684),
    City("Elko", "NV", "Elko", "89801", "775", 40.8324, -115.7631),
    City("Evanston", "WY", "Uinta", "82930", "307", 41.2683, -110.9632),
    City("Miami", "FL", "Miami-Dade", "33130", "305", 25.7617, -80.1918),
)

STREETS = (
    "W Vine St", "N Main St", "S Redwood Rd", "E Center St", "SW Boones Ferry Rd", "Pine Canyon Rd",
    "N Orange Ave", "State St", "Capitol Mall", "E 400 S", "Martin Luther King Jr Blvd", "Utah Ave",
)  # fmt: skip

DOCUMENTED_POSTAL_CODE = "97035-2591"
"""The ZIP+4 of the document's example `Location?address-postalcode=97035-2591`."""
