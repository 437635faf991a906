"""The target: the system under test as its TOML file describes it. Imports nothing but stdlib."""

from conformance.target.loader import TargetError, load_target
from conformance.target.model import ClientConfig, Limits, Login, Network, Target

__all__ = ["ClientConfig", "Limits", "Login", "Network", "Target", "TargetError", "load_target"]
