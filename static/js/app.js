/* Everything each page needs; pages add their own module beside it. */
import './csrf.js';
import './theme.js';
import './keys.js';
import './dialog.js';
import './popover.js';
import './palette.js';
import './toast.js';
import './failures.js';
import './tabs.js';
import './copy.js';
import './relative-time.js';
import './saving.js';
import './live.js';
import './bell.js';
import './charts.js';
