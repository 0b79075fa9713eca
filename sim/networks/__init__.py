"""Who knows whom, and which agency has which streamer: graphs at set-up, arrays in the step (networkx)."""

from sim.networks.agencies import agency_ties
from sim.networks.social import Neighbours, Summary, neighbours, summary

__all__ = ["Neighbours", "Summary", "agency_ties", "neighbours", "summary"]
