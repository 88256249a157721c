// @ts-check
// Python's modules, as texts: the page hands them to its workers.

import sabir from '../../python/sabir/__init__.py';
import arrays from '../../python/sabir/_arrays.py';
import bridge from '../../python/sabir/_bridge.py';
import bridgeMicropython from '../../python/sabir/_bridge_micropython.py';
import bridgePyodide from '../../python/sabir/_bridge_pyodide.py';
import calls from '../../python/sabir/_calls.py';
import config from '../../python/sabir/_config.py';
import errors from '../../python/sabir/_errors.py';
import install from '../../python/sabir/_install.py';
import kinds from '../../python/sabir/_kinds.py';
import micropython from '../../python/sabir/_micropython.py';
import payloads from '../../python/sabir/_payloads.py';
import pyodide from '../../python/sabir/_pyodide.py';
import tasks from '../../python/sabir/_tasks.py';
import values from '../../python/sabir/_values.py';
import workerlib from '../../python/workerlib.py';

/** @type {Record<string, string>} */
export const MODULES = {
  'sabir/__init__.py': sabir,
  'sabir/_arrays.py': arrays,
  'sabir/_bridge.py': bridge,
  'sabir/_bridge_micropython.py': bridgeMicropython,
  'sabir/_bridge_pyodide.py': bridgePyodide,
  'sabir/_calls.py': calls,
  'sabir/_config.py': config,
  'sabir/_errors.py': errors,
  'sabir/_install.py': install,
  'sabir/_kinds.py': kinds,
  'sabir/_micropython.py': micropython,
  'sabir/_payloads.py': payloads,
  'sabir/_pyodide.py': pyodide,
  'sabir/_tasks.py': tasks,
  'sabir/_values.py': values,
  'workerlib.py': workerlib,
};
