// @ts-check
import 'sabir-pyscript/core.css';
import 'sabir-pyscript';
