"""What Earmark is made of: pinned packages, models and scripts, with licences, as a page and as a bill of materials.

It is for whoever builds and audits; nothing that runs imports it. It uses the standard library alone and reads files,
so that a wheel can be built where nothing is installed.
"""
