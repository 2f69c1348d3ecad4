# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a person may ask for: one file per task family, each with sentences, scenes and a check."""

from vla_ros.sim.task import Noun as Noun
from vla_ros.sim.task import Side as Side
from vla_ros.sim.task import Task as Task
from vla_ros.sim.task import Where as Where
from vla_ros.sim.tasks.family import Stage as Stage
from vla_ros.sim.tasks.family import TaskFamily as TaskFamily
from vla_ros.sim.tasks.registry import FAMILIES as FAMILIES
from vla_ros.sim.tasks.registry import MULTI_STEP as MULTI_STEP
from vla_ros.sim.tasks.registry import TaskCheck as TaskCheck
from vla_ros.sim.tasks.registry import check as check
from vla_ros.sim.tasks.registry import stages as stages
from vla_ros.sim.tasks.speech import known_words as known_words
from vla_ros.sim.tasks.speech import parse_instruction as parse_instruction
from vla_ros.sim.tasks.speech import phrase as phrase
