import "$lib/tokens.css";
import { mount } from "svelte";
import Desk from "./Desk.svelte";
import { apply } from "./settings.svelte";

apply();
mount(Desk, { target: document.body });
