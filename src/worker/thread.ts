import { serve } from './server.ts';

serve(globalThis as unknown as Worker);
