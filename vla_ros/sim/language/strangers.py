# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What no scene holds and what is no task: some for trying out, others to be judged on."""

from vla_ros.sim.language.grammar import Split

_LEARNED = """
    apple ball bottle brush button candle card coin cookie cup duck eraser flower fork glove hammer
    hat key lamp lemon marker mouse mug nail pepper paper pear phone pin pizza plate ring rope
    ruler sandwich screw shoe sock spoon towel toy wallet watch wheel
"""
_UNSEEN = """
    banana battery bell book bread carrot chair cloth comb dice egg envelope feather glass hook jar
    knife ladder magnet map needle onion pen pencil plum potato remote scissors soap sponge stamp
    stone tape tomato umbrella vase whistle wrench yoyo zipper
"""
FOREIGN: dict[Split, tuple[str, ...]] = {
    Split.TRAIN: tuple(_LEARNED.split()),
    Split.HELD_OUT: tuple(_UNSEEN.split()),
}
FOREIGN_COLORS: dict[Split, tuple[str, ...]] = {
    Split.TRAIN: ("pink", "brown", "gray", "silver", "turquoise", "lime"),
    Split.HELD_OUT: ("cyan", "magenta", "grey", "gold", "beige", "maroon"),
}
OFF_TOPIC: dict[Split, tuple[str, ...]] = {
    Split.TRAIN: (
        "what time is it",
        "make me a coffee",
        "how are you today",
        "sing a song",
        "tell me a joke",
        "who are you",
        "dance for me",
        "turn on the light",
        "call my mother",
        "the weather is nice",
        "write a letter",
        "blah blah blah",
        "asdf qwer",
        "do something",
        "do what you want",
        "wash the dishes",
    ),
    Split.HELD_OUT: (
        "what is your name",
        "cook me dinner",
        "where are we",
        "play some music",
        "open the window",
        "read me the news",
        "jump up and down",
        "switch the radio off",
        "buy two tickets",
        "it rains outside",
        "draw a picture",
        "lorem ipsum dolor",
        "hjkl uiop",
        "do it again",
        "surprise me",
        "clean the windows",
    ),
}
