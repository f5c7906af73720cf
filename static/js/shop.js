// Enhancements only: without this script every page stays usable.
'use strict';

const LOADER_AFTER_MS = 1000;
const SUBMIT_AGAIN_MS = 30000;
const TOAST_MS = 12000;
const SHORTCUTS_OFF = 'shop.kurztasten.aus';
const GO = { k: '/katalog', w: '/warenkorb', f: '/freigaben' };

/* What needs the script is hidden in the page and shown here; also after an htmx swap. */
function prepare(root) {
  root.querySelectorAll('[data-js][hidden], [data-menge] [data-schritt][hidden], [data-toast-zu][hidden]').forEach((el) => { el.hidden = false; });
  root.querySelectorAll('[data-nur-ohne-js]').forEach((el) => { el.hidden = true; });
  root.querySelectorAll('[data-toast]').forEach(announce);
  const narrow = window.matchMedia('(max-width: 991px)').matches;
  root.querySelectorAll('.facetten__klapp').forEach((el) => { if (narrow) el.open = false; });
}

/* ---------- Quantity stepper ---------- */
function step(button) {
  const field = button.closest('[data-menge]').querySelector('input');
  const min = Number(field.dataset.min || 1);
  const max = Number(field.dataset.max || Infinity);
  const now = parseInt(field.value.replace(/[.\s\u00a0]/g, ''), 10) || 0;
  const next = Math.min(max, Math.max(min, now + Number(button.dataset.schritt)));
  if (String(next) === field.value) return;
  field.value = String(next);
  field.dispatchEvent(new Event('input', { bubbles: true }));
  clearTimeout(field.pause);
  field.pause = setTimeout(() => field.dispatchEvent(new Event('change', { bubbles: true })), 400);
}

/* ---------- Toasts: announced after loading, gone after a while unless someone is reading or may undo ---------- */
function announce(toast) {
  if (toast.dataset.bereit) return;
  toast.dataset.bereit = '1';
  const region = toast.parentElement;
  if (region && region.getAttribute('role') === 'status') {
    toast.remove();
    setTimeout(() => region.append(toast), 100);
  }
  if (toast.querySelector('form')) return;
  const leave = () => {
    if (toast.matches(':hover, :focus-within')) setTimeout(leave, 3000);
    else toast.remove();
  };
  setTimeout(leave, TOAST_MS);
}

/* ---------- Dialogs ---------- */
function openDialog(opener) {
  const dialog = document.getElementById(opener.dataset.dialog);
  if (!dialog || typeof dialog.showModal !== 'function') return;
  dialog.showModal();
  const field = dialog.querySelector('textarea, input:not([type=hidden]), select');
  if (field) field.focus();
  dialog.addEventListener('close', () => opener.focus(), { once: true });
}

document.addEventListener('click', (event) => {
  const el = event.target instanceof Element ? event.target : null;
  if (!el) return;
  const stepper = el.closest('[data-schritt]');
  if (stepper) step(stepper);
  const close = el.closest('[data-toast-zu]');
  if (close) close.closest('[data-toast]').remove();
  const opener = el.closest('[data-dialog]');
  if (opener) { event.preventDefault(); openDialog(opener); }
  const shut = el.closest('[data-dialog-zu]');
  if (shut) shut.closest('dialog').close();
  const print = el.closest('[data-drucken]');
  if (print) window.print();
  document.querySelectorAll('details.wechsel[open]').forEach((menu) => { if (!menu.contains(el)) menu.open = false; });
});

/* ---------- Submitting: on change where marked, never twice, loader after a second, label kept ---------- */
document.addEventListener('change', (event) => {
  const el = event.target;
  if (el instanceof Element && el.matches('[data-autosubmit]') && el.form) el.form.requestSubmit();
});

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.method !== 'post' || event.defaultPrevented) return;
  if (form.dataset.unterwegs) { event.preventDefault(); return; }
  form.dataset.unterwegs = '1';
  delete form.dataset.getippt;
  const button = event.submitter;
  form.pause = setTimeout(() => {
    if (!button) return;
    button.classList.add('ist-unterwegs');
    button.setAttribute('aria-disabled', 'true');
  }, LOADER_AFTER_MS);
  setTimeout(() => release(form), SUBMIT_AGAIN_MS);
});

/* Filters left empty stay out of the address; htmx asks for the same form data. */
document.addEventListener('formdata', (event) => {
  if (event.target.method !== 'get') return;
  [...event.formData.entries()].forEach(([name, value]) => { if (value === '') event.formData.delete(name); });
});

function release(form) {
  clearTimeout(form.pause);
  delete form.dataset.unterwegs;
  form.querySelectorAll('.ist-unterwegs').forEach((el) => { el.classList.remove('ist-unterwegs'); el.removeAttribute('aria-disabled'); });
}
// Back from the next page (bfcache), or a download that left the page standing.
window.addEventListener('pageshow', (event) => { if (event.persisted) document.querySelectorAll('form[data-unterwegs]').forEach(release); });
document.addEventListener('htmx:afterRequest', (event) => {
  const form = event.target instanceof Element ? event.target.closest('form') : null;
  if (form) release(form);
});

/* ---------- Unsaved input: only where the form asks for it ---------- */
document.addEventListener('input', (event) => {
  const form = event.target.form;
  if (form && form.matches('[data-unsaved]')) form.dataset.getippt = '1';
});
window.addEventListener('beforeunload', (event) => {
  if (document.querySelector('form[data-unsaved][data-getippt]')) event.preventDefault();
});

/* ---------- Keys: "/" to the search, "g" then a letter to a page; both can be switched off on the help page ---------- */
function shortcutsOff() {
  try { return localStorage.getItem(SHORTCUTS_OFF) === '1'; } catch { return false; }
}
let afterG = 0;
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || shortcutsOff()) return;
  if (event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable], dialog[open]')) return;
  if (event.key === '/') {
    const search = document.querySelector('[data-suche]');
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  } else if (event.key === 'g') {
    afterG = Date.now();
  } else if (Date.now() - afterG < 1500 && GO[event.key] && document.querySelector(`.kopf a[href="${GO[event.key]}"]`)) {
    window.location.assign(GO[event.key]);
  }
});
document.addEventListener('change', (event) => {
  if (!(event.target instanceof Element) || !event.target.matches('[data-kurztasten]')) return;
  try { localStorage.setItem(SHORTCUTS_OFF, event.target.checked ? '0' : '1'); } catch { /* private window: stays on for this page */ }
});

/* ---------- Start ---------- */
/* The focus stays where it was when a part of the page is swapped; the steppers can take it only once they are shown. */
let focused = '';
document.addEventListener('htmx:beforeSwap', () => { focused = document.activeElement ? document.activeElement.id : ''; });
document.addEventListener('htmx:load', (event) => {
  prepare(event.target);
  const before = focused && document.activeElement === document.body ? document.getElementById(focused) : null;
  if (before) before.focus({ preventScroll: true });
});
document.addEventListener('htmx:oobAfterSwap', (event) => prepare(event.target));
prepare(document);
document.querySelectorAll('[data-kurztasten]').forEach((box) => { box.checked = !shortcutsOff(); });
const focusFirst = document.querySelector('[data-fokus]');
if (focusFirst) focusFirst.focus();
